import type { Generation, Purchase } from '#contract/deal.ts';
import { PRODUCTS } from '#contract/products.ts';
import { draw } from '../market/auditing.ts';
import { buy } from '../market/buying.ts';
import { choose, payeesAmong } from '../market/choosing.ts';
import { salesWorthBuyingFor } from '../market/demand.ts';
import { base, generationIn, isBought, purchaseOf } from '../market/provenance.ts';
import { drawUp } from '../market/vetting.ts';
import { type Refusal, refuse, refuseAmount } from '../money/gate.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import { changeOf, intend } from './change.ts';
import type { Desk } from './desk.ts';
import type { Sighting } from './look.ts';
import { promised } from './payments.ts';

const CYCLE_MS = 24 * 3_600_000;

type Cycle = Snapshot['state']['cycle'];

/** Vets the applicants of an open bounty, asks the gate, and draws up the escrow. */
export function engage(
  { deal, task, applications, standings, peers }: Sighting,
  snapshot: Snapshot,
  desk: Desk,
): Change | Refusal | undefined {
  if (deal.side !== 'buy' || deal.state !== 'open' || !task?.ok || applications === undefined)
    return undefined;
  const { agent, world, moment } = desk;
  const seller = choose(deal, applications, { ...world, standings, peers });
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

/** Posts bounties for what is missing: the consumer in order, the others all at once, and who sells what it makes of it only while that pays. */
export function want(snapshot: Snapshot, desk: Desk): Change | Refusal | undefined {
  const { agent, at } = desk;
  const cycle = expecting(cycleOf(snapshot, desk), snapshot, desk);
  if (cycle === undefined) return undefined;
  const { generation } = cycle;
  const missing = agent.wants.filter(
    (product) => !isBought(snapshot.purchases, product, generation),
  );
  const next = agent.role === 'consumer' ? missing.slice(0, 1) : missing;
  const fresh = next.filter((product) =>
    mayPublish(purchaseOf(snapshot.purchases, product, generation), at),
  );

  const total = fresh.reduce((sum, product) => sum + PRODUCTS[product].price, 0n);
  const because = fresh.length > 0 ? refuseAmount(total, purse(snapshot, desk)) : undefined;
  if (because !== undefined) return because;
  const isNew = cycle !== snapshot.state.cycle;
  if (!isNew && fresh.length === 0) return undefined;
  return {
    purchases: fresh.map(
      (product) =>
        purchaseOf(snapshot.purchases, product, generation) ?? {
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

/** The same round, for so many sales as it is worth beginning for; undefined when it is not worth it. */
function expecting(cycle: Cycle, { state }: Snapshot, { agent, world, moment }: Desk): Cycle {
  const isBegun = cycle === undefined || cycle === state.cycle;
  if (isBegun || agent.sells.length === 0) return cycle;
  const { requests } = world;
  const signs = { agent, state, requests, now: moment.now };
  const sales = salesWorthBuyingFor(cycle.generation, signs);
  return sales === undefined ? undefined : { ...cycle, expectedSales: sales };
}

/** Not while a bounty for it is out, nor right after one that failed. */
function mayPublish(purchase: Purchase | undefined, at: string): boolean {
  return purchase?.state !== 'open' && (purchase?.notBefore ?? '') <= at;
}

/** The round of purchases we are in: a new one when the corpus has changed and no bounty is out, and for the consumer after a day. */
function cycleOf(snapshot: Snapshot, { agent, world, moment, at }: Desk): Cycle {
  const generation = generationIn(world.corpus);
  const { cycle } = snapshot.state;
  if (generation === undefined || agent.wants.length === 0) return cycle;
  if (cycle === undefined) return { generation, startedAt: at };
  const states = agent.wants.map(
    (product) => purchaseOf(snapshot.purchases, product, cycle.generation)?.state,
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

function nextRound(generation: Generation): Generation {
  return `${base(generation)}.${Number(generation.split('.')[1] ?? '0') + 1}`;
}
