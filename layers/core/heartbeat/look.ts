import type { BuyDeal, Deal, SellDeal } from '#contract/deal.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import type { Network } from '#contract/networks.ts';
import type { Peer } from '#contract/peer.ts';
import { PRODUCTS } from '#contract/products.ts';
import { type Agent, COLLECTOR } from '#contract/roster.ts';
import { type Swarm, swarmOf } from '../coordinate/survey.ts';
import { type Closing, closingOf } from '../market/closing.ts';
import type { Agents, Snapshot } from '../ports/agents.ts';
import type { Chain } from '../ports/chain.ts';
import type { Corpus } from '../ports/corpus.ts';
import type { Identities, Standing } from '../ports/identities.ts';
import type { Answer, Application, Market, Submission, Task } from '../ports/market.ts';
import type { Payments } from '../ports/payments.ts';
import { type PaymentSighting, sightPayments } from './payments.ts';
import { standingsOf } from './standings.ts';

/** How many requests of one product a beat looks at. */
const REQUESTS_SEEN = 20;

/** What the world showed of one open deal; fields that its state does not need are absent. */
export interface Sighting {
  readonly deal: Deal;
  readonly task?: Answer<Task> | undefined;
  readonly applications?: readonly Application[] | undefined;
  /** On chain, of those who apply. */
  readonly standings?: ReadonlyMap<Address, Standing> | undefined;
  /** What we remember of them; nothing where only one applies. */
  readonly peers?: ReadonlyMap<Address, Peer> | undefined;
  readonly submissions?: readonly Submission[] | undefined;
  readonly lock?: Awaited<ReturnType<Chain['lockIn']>> | undefined;
  readonly close?: Closing | undefined;
}

/** Everything that a decision rests on, besides the agent's own snapshot. */
export interface World {
  readonly self: Address;
  readonly network: Network;
  readonly balance: bigint;
  readonly corpus: CorpusPointer | undefined;
  /** Empty while nobody has applied to us. */
  readonly roster: ReadonlyMap<Address, AgentId>;
  readonly sightings: readonly Sighting[];
  /** Open bounties of others for what we sell, on the shelf or not, never dealt with before. */
  readonly requests: readonly Task[];
  /** Of payments over direct doors. @default - none */
  readonly payments?: readonly PaymentSighting[];
  /** How everybody fares: of the coordinator's world. */
  readonly swarm?: Swarm | undefined;
  /** Where what we sell can be paid for at once. @default - nowhere */
  readonly storefrontUrl?: string | undefined;
}

export interface Eyes {
  readonly agents: Agents;
  readonly market: Market;
  readonly chain: Chain;
  readonly corpus: Pick<Corpus, 'pointer'>;
  readonly identities: Identities;
  /** @default - payments over direct doors are not looked at */
  readonly payments?: Payments;
  readonly network: Network;
  readonly self: Address;
  /** Between two beats of every agent. */
  readonly everyMs: number;
  /** Without a slash at the end. @default - there is none */
  readonly storefrontUrl?: string;
}

/** Asks the world all that this beat needs to know. Changes nothing. */
export async function look(agent: Agent, snapshot: Snapshot, eyes: Eyes): Promise<World> {
  const [balance, corpus, sightings, requests, payments, swarm] = await Promise.all([
    eyes.chain.balanceOf(eyes.self),
    eyes.corpus.pointer(COLLECTOR),
    Promise.all([...snapshot.deals.values()].map((deal) => sight(deal, eyes, agent.id))),
    requestsFor(agent, snapshot, eyes),
    sightPayments(snapshot.payments, eyes.payments),
    agent.role === 'coordinator' ? swarmOf(eyes) : undefined,
  ]);
  // it grows with the fleet: only who chooses among applicants needs it
  const isChoosing = sightings.some(({ applications = [] }) => applications.length > 0);
  const roster = isChoosing ? await eyes.agents.roster() : new Map<Address, AgentId>();
  const { self, network, storefrontUrl } = eyes;
  return {
    ...{ self, network, storefrontUrl, balance, corpus, roster },
    ...{ sightings, requests, payments, swarm },
  };
}

function sight(deal: Deal, eyes: Eyes, self: AgentId): Promise<Sighting> {
  return deal.side === 'buy' ? sightBought(deal, eyes, self) : sightSold(deal, eyes);
}

/** States that the end of the escrow may overtake. */
const WATCHED = new Set<BuyDeal['state']>([
  ...(['assigning', 'inspecting', 'auditing', 'asking', 'approving'] as const),
  ...(['rejecting', 'refunding', 'reclaiming', 'stranded'] as const),
]);

async function sightBought(deal: BuyDeal, eyes: Eyes, self: AgentId): Promise<Sighting> {
  const { market } = eyes;
  switch (deal.state) {
    case 'open': {
      const task = await market.task(deal.taskId);
      const isOpen = task.ok && task.value.status === 'published';
      const applications = isOpen ? valueOf(await market.applications(deal.taskId)) : undefined;
      const standings = applications && (await standingsOf(applications, eyes));
      const peers = applications && (await peersAmong(applications, eyes, self));
      return { deal, task, applications, standings, peers };
    }
    case 'assigned': {
      const task = await market.task(deal.taskId);
      const isDelivered = task.ok && task.value.status === 'submitted';
      const submissions = isDelivered ? valueOf(await market.submissions(deal.taskId)) : undefined;
      return { deal, task, submissions, close: await closed(deal, eyes) };
    }
    default:
      return WATCHED.has(deal.state) ? { deal, close: await closed(deal, eyes) } : { deal };
  }
}

/** Of one who applies alone nothing needs to be known. */
function peersAmong(
  applications: readonly Application[],
  { agents }: Eyes,
  self: AgentId,
): ReturnType<Agents['peers']> | undefined {
  const wallets = [...new Set(applications.map(({ wallet }) => wallet))];
  return wallets.length > 1 ? agents.peers(self, wallets) : undefined;
}

async function sightSold(deal: SellDeal, eyes: Eyes): Promise<Sighting> {
  if (deal.state === 'applied') {
    const task = await eyes.market.task(deal.taskId);
    const tx = task.ok ? task.value.escrowTx : undefined;
    return { deal, task, lock: tx && (await eyes.chain.lockIn(tx)) };
  }
  if (deal.state !== 'delivered') return { deal };
  // a market that paid may not have written it down yet
  const [task, close] = await Promise.all([eyes.market.task(deal.taskId), closed(deal, eyes)]);
  return { deal, task, close };
}

async function closed(deal: Deal, { chain }: Eyes): Promise<Closing | undefined> {
  return deal.payment && (await closingOf(chain, deal.payment));
}

async function requestsFor(
  agent: Agent,
  { deals }: Snapshot,
  { agents, market, self }: Eyes,
): Promise<Task[]> {
  const pages = await Promise.all(
    agent.sells.map((product) =>
      market.available({ skill: PRODUCTS[product].skill, limit: REQUESTS_SEEN }),
    ),
  );
  const others = pages
    .flatMap((page) => valueOf(page) ?? [])
    .filter(
      (task) => task.status === 'published' && task.publisher !== self && !deals.has(task.id),
    );
  const met = await Promise.all(others.map(({ id }) => agents.deal(agent.id, id)));
  return others.filter((_task, index) => met[index] === undefined);
}

function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.ok ? answer.value : undefined;
}
