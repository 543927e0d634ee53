import { randomBytes } from 'node:crypto';
import type { BuyDeal } from '#contract/deal.ts';
import { Hex } from '#contract/ids.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import { agentOf } from '#contract/roster.ts';
import { changeOf, complete } from '#core/heartbeat/change.ts';
import { draw } from '#core/market/auditing.ts';
import { buy } from '#core/market/buying.ts';
import { generationOf } from '#core/market/request.ts';
import { drawUp } from '#core/market/vetting.ts';
import { refuse } from '#core/money/gate.ts';
import type { Lease, Snapshot } from '#core/ports/agents.ts';
import type { Application, Task } from '#core/ports/market.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { withLease } from '../../stage/lease.ts';
import type { MarketHere } from './market-of.ts';

const LEASE_MS = 30_000;
/** Of a task that names no corpus: whichever the seller has. */
const ANY_CORPUS = '0000000000000000';

export interface Choice {
  readonly task: Task;
  readonly application: Application;
}

/**
 * Chooses an applicant as the agent's own beat would: through the money gate, with the budget reserved and the escrow's terms stored in
 * its book. The agent's next beat locks and assigns, because only beats sign what spends; it goes on with the deal as with any other.
 * @throws CannotStart when the gate or the deal's state forbids it; nothing is written then
 */
export async function choose(
  choice: Choice,
  { agent, self, clients }: MarketHere,
  isDryRun: boolean,
): Promise<{ readonly payTo: string; readonly bountyMicro: bigint }> {
  return withLease({ agents: clients.agents, agent, leaseMs: LEASE_MS }, async (lease) => {
    const now = new Date();
    const at = now.toISOString();
    const snapshot = await clients.agents.load(agent, {
      day: at.slice(0, 10),
      generation: undefined,
    });
    const known = await clients.agents.deal(agent, choice.task.id);
    const deal = known?.side === 'buy' ? known : newDeal(choice.task, at);
    const terms = await termsOf(choice, { deal, snapshot, now }, { agent, self, clients });
    const isAudited = draw(deal, fresh());
    const step = buy(deal, { kind: 'chosen', ...terms, budgetDay: at.slice(0, 10), isAudited }, at);
    if (step === undefined) {
      throw new CannotStart(
        `The deal is ${deal.state}: ${agent} chose already. See \`viva deals ${deal.taskId}\`.`,
      );
    }
    if (!isDryRun) await write(lease, { agent, snapshot, step, at, deal, clients });
    return { payTo: choice.application.wallet, bountyMicro: deal.bounty };
  });
}

function fresh(): Hex {
  return Hex.parse(`0x${randomBytes(32).toString('hex')}`);
}

type Clients = MarketHere['clients'];
type Here = Pick<MarketHere, 'agent' | 'self' | 'clients'>;

/** Whom to pay and on which terms, if the gate lets it pass. */
async function termsOf(
  { task, application }: Choice,
  {
    deal,
    snapshot,
    now,
  }: { readonly deal: BuyDeal; readonly snapshot: Snapshot; readonly now: Date },
  here: Here,
) {
  const { network } = here.clients.chain;
  const roster = await here.clients.agents.roster();
  const { wallet, executorId } = application;
  const payment = drawUp(
    deal,
    { payer: here.self, receiver: wallet, network },
    { now, deadline: task.deadline, salt: fresh() },
  );
  const because = await gate(payment, { here, snapshot, payees: new Set(roster.keys()) });
  if (because !== undefined) {
    throw new CannotStart(`The money gate of ${here.agent} says ${because}: nothing was sent.`);
  }
  return { payment, seller: { wallet, executorId, name: roster.get(wallet) ?? '' } };
}

async function write(
  lease: Lease,
  {
    agent,
    snapshot,
    step,
    at,
    deal,
    clients,
  }: {
    readonly agent: MarketHere['agent'];
    readonly snapshot: Snapshot;
    readonly step: NonNullable<ReturnType<typeof buy>>;
    readonly at: string;
    readonly deal: BuyDeal;
    readonly clients: Clients;
  },
): Promise<void> {
  const member = agentOf(agent);
  // with the deal on the agent's list of open ones, or no beat would see it
  const change = complete(snapshot, {
    ...changeOf(member, snapshot, { step, at }),
    budget: { day: at.slice(0, 10), amount: deal.bounty, limit: member.budget.perDay },
  });
  const verdict = await clients.agents.commit(lease, change);
  if (verdict !== 'committed')
    throw new CannotStart(
      `Not chosen: the agent's book says ${verdict}. Nothing was sent; try again.`,
    );
}

async function gate(
  payment: ReturnType<typeof drawUp>,
  {
    here: { agent, self, clients },
    snapshot,
    payees,
  }: {
    readonly here: Here;
    readonly snapshot: Snapshot;
    readonly payees: Parameters<typeof refuse>[1]['payees'];
  },
) {
  const { network } = clients.chain;
  const spend = {
    amount: payment.maxAmount,
    payee: payment.receiver,
    operator: payment.operator,
    token: payment.token,
    collector: network.tokenCollector,
  };
  const balance = await clients.chain.balanceOf(self);
  const { committed, isHalted } = snapshot;
  return refuse(spend, {
    agent: agentOf(agent),
    network,
    self,
    balance,
    committed,
    isHalted,
    payees,
  });
}

/** The deal of a task that was published by hand. */
function newDeal(task: Task, at: string): BuyDeal {
  const product = Product.options.find((one) => task.skills.includes(PRODUCTS[one].skill));
  if (product === undefined) {
    throw new CannotStart(
      `Task ${task.id} asks for none of our products (${task.skills.join(', ')}): publish one with --product.`,
    );
  }
  return {
    v: 1,
    side: 'buy',
    state: 'open',
    taskId: task.id,
    product,
    generation: generationOf(task) ?? ANY_CORPUS,
    bounty: task.bounty,
    openedAt: at,
    rejections: 0,
    shunned: [],
  };
}
