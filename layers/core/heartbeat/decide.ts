import type { Generation, Purchase, SellDeal } from '#contract/deal.ts';
import type { Hex } from '#contract/ids.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';
import { draw } from '../market/auditing.ts';
import { buy } from '../market/buying.ts';
import { choose, payeesAmong } from '../market/choosing.ts';
import { base } from '../market/provenance.ts';
import { generationOf } from '../market/request.ts';
import { drawUp } from '../market/vetting.ts';
import { type Refusal, refuse, refuseAmount } from '../money/gate.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import type { Task } from '../ports/market.ts';
import { apply, changeOf, complete, intend, isOneBudget, itemsIn, merge } from './change.ts';
import type { Sighting, World } from './look.ts';
import { observe } from './observe.ts';
import { bookPayment, forgetAudit, promised } from './payments.ts';

const MAX_APPLICATIONS = 3;
/** DynamoDB takes 100 items in one transaction; lease, beat and state go with ours. */
const MAX_ITEMS = 90;
const CYCLE_MS = 24 * 3_600_000;

/** Time and chance of one beat. `salt` gives 32 fresh random bytes. */
export interface Moment {
  readonly now: Date;
  readonly salt: () => Hex;
}

export interface Decision {
  /** Each is one transaction's worth; the first carries the beat's id. */
  readonly change: Change;
  /** What was not done, and why: words for the log and the metrics. */
  readonly refusals: readonly Refusal[];
}

interface Desk {
  readonly agent: Agent;
  readonly world: World;
  readonly moment: Moment;
  readonly at: string;
}

/** What an agent does with one beat. Pure: clock, dice and world come in; the caller commits and acts. */
export function decide(
  agent: Agent,
  snapshot: Snapshot,
  { world, moment }: { readonly world: World; readonly moment: Moment },
): Decision {
  const desk: Desk = { agent, world, moment, at: moment.now.toISOString() };
  if (!snapshot.state.isOpened)
    return { change: complete(snapshot, { intents: firstSteps(desk) }), refusals: [] };

  const plan = new Plan(snapshot);
  plan.take((current) => identified(current, desk));
  for (const sighting of world.sightings) {
    const step = observe(sighting, world, desk.at);
    plan.take((current) =>
      step ? changeOf(agent, current, { step, at: desk.at }) : engage(sighting, current, desk),
    );
  }
  for (const sighting of world.payments ?? [])
    plan.take(() => bookPayment(agent, sighting, moment.now));
  for (const open of snapshot.payments ?? []) plan.take((current) => forgetAudit(open, current));
  let offered = 0;
  for (const task of world.requests) {
    if (offered < MAX_APPLICATIONS && plan.take((current) => offer(task, current, desk)))
      offered += 1;
  }
  // one a beat: making goods takes long, and the others may wait for the first to be sold
  agent.sells.some((product) => plan.take((current) => refine(product, current, desk)));
  plan.take((current) => want(current, desk));
  return { change: complete(snapshot, plan.change), refusals: plan.refusals };
}

/** The pieces of one decision, each seeing what the ones before it changed. */
class Plan {
  change: Change = {};
  readonly refusals: Refusal[] = [];
  #current: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#current = snapshot;
  }

  /**
   * True when the piece was taken. One transaction writes the budget once and holds so many items: a piece that would be too
   * much waits for the next beat.
   */
  take(piece: (current: Snapshot) => Change | Refusal | undefined): boolean {
    const next = piece(this.#current);
    if (next === undefined) return false;
    if (typeof next === 'string') {
      this.refusals.push(next);
      return false;
    }
    if (!isOneBudget(this.change, next)) return false;
    const change = merge(this.change, next);
    if (itemsIn(change) > MAX_ITEMS) return false;
    this.change = change;
    this.#current = apply(this.#current, next);
    return true;
  }
}

/** Before anything else: write down what the wallet holds, and become known to the market and on the chain. */
function firstSteps({ agent, at }: Desk): Change['intents'] {
  return [
    intend('open-ledger', agent.id, at),
    ...(agent.sells.length > 0 ? [intend('register', agent.id, at)] : []),
    intend('identify', agent.id, at),
  ];
}

/** Nobody deals without an ERC-8004 identity. */
function identified({ state, intents }: Snapshot, { agent, at }: Desk): Change | undefined {
  const isUnderWay = intents.some(({ kind }) => kind === 'identify');
  if (state.identity !== undefined || isUnderWay) return undefined;
  return { intents: [intend('identify', agent.id, at)] };
}

/** Vets the applicants of an open bounty, asks the gate, and draws up the escrow. */
function engage(
  { deal, task, applications, standings }: Sighting,
  snapshot: Snapshot,
  desk: Desk,
): Change | Refusal | undefined {
  if (deal.side !== 'buy' || deal.state !== 'open' || !task?.ok || applications === undefined)
    return undefined;
  const { agent, world, moment } = desk;
  const seller = choose(deal, applications, { ...world, standings });
  if (seller === undefined) return undefined;

  const terms = { now: moment.now, deadline: task.value.deadline, salt: moment.salt() };
  const payment = drawUp(
    deal,
    { payer: world.self, receiver: seller.wallet, network: world.network },
    terms,
  );
  const spend = {
    amount: deal.bounty,
    payee: seller.wallet,
    operator: payment.operator,
    token: payment.token,
    collector: world.network.tokenCollector,
  };
  const because = refuse(spend, {
    ...purse(snapshot, desk),
    payees: payeesAmong({ ...world, standings }),
  });
  if (because !== undefined) return because;

  const day = desk.at.slice(0, 10);
  const isAudited = draw(deal, moment.salt());
  const chosen = { kind: 'chosen', seller, payment, budgetDay: day, isAudited } as const;
  const step = buy(deal, chosen, desk.at);
  const budget = { day, amount: deal.bounty, limit: agent.budget.perDay };
  return step && { ...changeOf(agent, snapshot, { step, at: desk.at }), budget };
}

/** Applies for a request that the shelf can serve as it is. */
function offer(task: Task, snapshot: Snapshot, { agent, at }: Desk): Change | undefined {
  const product = agent.sells.find((sold) => task.skills.includes(PRODUCTS[sold].skill));
  const goods = product && snapshot.state.stock[product];
  if (product === undefined || goods === undefined) return undefined;
  const { price, minimumRecords } = PRODUCTS[product];
  if (task.bounty < price || goods.records < minimumRecords) return undefined;
  const generation = generationOf(task) ?? goods.generation;
  if (base(generation) !== base(goods.generation)) return undefined;
  const deal: SellDeal = {
    v: 1,
    side: 'sell',
    state: 'applying',
    taskId: task.id,
    product,
    generation,
    bounty: task.bounty,
    buyer: task.publisher,
    goods: goods.version,
    deliveries: 0,
    openedAt: at,
    deadline: task.deadline.toISOString(),
  };
  return { deals: [deal], intents: [intend('apply', task.id, at)] };
}

/** Makes the next version of what we sell as soon as its inputs are there. */
function refine(
  product: Product,
  snapshot: Snapshot,
  { agent, world, at }: Desk,
): Change | undefined {
  const generation = generationIn(world.corpus);
  if (generation === undefined || snapshot.state.stock[product]?.generation === generation)
    return undefined;
  const made = intend('refine', `${product}#${generation}`, at);
  if (snapshot.intents.some(({ id }) => id === made.id)) return undefined;
  const has = agent.wants.every((input) => bought(snapshot.purchases, input, generation));
  return has ? { intents: [made] } : undefined;
}

/** Posts bounties for what is missing: the consumer in order, the others all at once. */
function want(snapshot: Snapshot, desk: Desk): Change | Refusal | undefined {
  const { agent, at } = desk;
  const cycle = cycleOf(snapshot, desk);
  if (cycle === undefined) return undefined;
  const { generation } = cycle;
  const missing = agent.wants.filter((product) => !bought(snapshot.purchases, product, generation));
  const next = agent.role === 'consumer' ? missing.slice(0, 1) : missing;
  const fresh = next.filter((product) =>
    mayPublish(find(snapshot.purchases, product, generation), at),
  );

  const total = fresh.reduce((sum, product) => sum + PRODUCTS[product].price, 0n);
  const because = fresh.length > 0 ? refuseAmount(total, purse(snapshot, desk)) : undefined;
  if (because !== undefined) return because;
  const isNew = cycle !== snapshot.state.cycle;
  if (!isNew && fresh.length === 0) return undefined;
  return {
    purchases: fresh.map(
      (product) =>
        find(snapshot.purchases, product, generation) ?? {
          v: 1,
          product,
          generation,
          state: 'wanted',
          attempt: 0,
        },
    ),
    intents: fresh.map((product) => intend('publish', `${product}#${generation}`, at)),
    ...(isNew ? { state: { ...snapshot.state, cycle } } : {}),
  };
}

/** Not while a bounty for it is out, nor right after one that failed. */
function mayPublish(purchase: Purchase | undefined, at: string): boolean {
  return purchase?.state !== 'open' && (purchase?.notBefore ?? '') <= at;
}

/** The round of purchases we are in: a new one when the corpus has changed and no bounty is out, and for the consumer after a day. */
function cycleOf(
  snapshot: Snapshot,
  { agent, world, moment, at }: Desk,
): Snapshot['state']['cycle'] {
  const generation = generationIn(world.corpus);
  const { cycle } = snapshot.state;
  if (generation === undefined || agent.wants.length === 0) return cycle;
  if (cycle === undefined) return { generation, startedAt: at };
  const states = agent.wants.map(
    (product) => find(snapshot.purchases, product, cycle.generation)?.state,
  );
  if (states.includes('open')) return cycle;
  // sellers have the newest on their shelves: what is still missing of the old one would never come
  if (base(cycle.generation) !== generation) return { generation, startedAt: at };
  if (states.some((state) => state !== 'bought')) return cycle;
  const isStale = moment.now.getTime() - Date.parse(cycle.startedAt) >= CYCLE_MS;
  return agent.role === 'consumer' && isStale
    ? { generation: nextRound(cycle.generation), startedAt: at }
    : cycle;
}

function purse(snapshot: Snapshot, { agent, world }: Desk) {
  const { committed, isHalted } = snapshot;
  return {
    agent,
    network: world.network,
    self: world.self,
    balance: world.balance - promised(snapshot),
    committed,
    isHalted,
  };
}

/** The generation that a corpus stands for. */
export function generationIn(corpus: CorpusPointer | undefined): Generation | undefined {
  return corpus?.version.slice(0, 16);
}

function nextRound(generation: Generation): Generation {
  return `${base(generation)}.${Number(generation.split('.')[1] ?? '0') + 1}`;
}

function find(
  purchases: readonly Purchase[],
  product: Product,
  generation: Generation,
): Purchase | undefined {
  return purchases.find(
    (purchase) => purchase.product === product && purchase.generation === generation,
  );
}

function bought(purchases: readonly Purchase[], product: Product, generation: Generation): boolean {
  return find(purchases, product, generation)?.state === 'bought';
}
