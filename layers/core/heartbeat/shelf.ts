import type { Intent } from '#contract/agent-state.ts';
import type { SellDeal } from '#contract/deal.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { isInDemand } from '../market/demand.ts';
import { madeAtOf, priceFloor } from '../market/history.ts';
import { base, generationIn, isBought } from '../market/provenance.ts';
import { generationOf } from '../market/request.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import type { Task } from '../ports/market.ts';
import { intend } from './change.ts';
import type { Desk } from './desk.ts';

/** How often goods may fail to be made before others are begun beside them. */
const MAX_ATTEMPTS = 3;
/** How long goods wait before they go to the direct door, in ms: whoever waited for them bids first, and copying them takes long. */
const CALM_MS = 120_000;
/** How long they wait for deals to be done before they go there all the same, in ms. */
const PATIENCE_MS = 3_600_000;

/** Applies for a request that the shelf can serve as it is. */
export function offer(task: Task, snapshot: Snapshot, { agent, at }: Desk): Change | undefined {
  const product = agent.sells.find((sold) => task.skills.includes(PRODUCTS[sold].skill));
  const goods = product && snapshot.state.stock[product];
  if (product === undefined || goods === undefined) return undefined;
  const floor = priceFloor(snapshot.state, { product, version: goods.version });
  if (task.bounty < floor || goods.records < PRODUCTS[product].minimumRecords) return undefined;
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

/**
 * Makes the next version of what we sell as soon as its inputs are there, one product at a time: it takes long, and may take more
 * than one beat. What nobody is known to want waits until no deal does.
 */
export function refine(
  product: Product,
  snapshot: Snapshot,
  { agent, world, moment, at }: Desk,
): Change | undefined {
  const generation = generationIn(world.corpus);
  if (generation === undefined || snapshot.state.stock[product]?.generation === generation)
    return undefined;
  const signs = { ...moment, agent, state: snapshot.state, requests: world.requests };
  if (snapshot.deals.size > 0 && !isInDemand(product, signs)) return undefined;
  const made = intend('refine', `${product}#${generation}`, at);
  if (snapshot.intents.some((one) => one.id === made.id || isUnderWay(one))) return undefined;
  const has = agent.wants.every((input) => isBought(snapshot.purchases, input, generation));
  return has ? { intents: [made] } : undefined;
}

/** Puts what was made on sale at the direct door, once it has rested and no deal waits, or the hour is over. */
export function shelve(
  product: Product,
  { state, deals, intents }: Snapshot,
  { moment, at }: Desk,
): Change | undefined {
  const version = state.stock[product]?.version;
  if (version === undefined || state.shelved?.[product] === version) return undefined;
  const madeAt = madeAtOf(state, { product, version });
  const age = madeAt === undefined ? CALM_MS : moment.now.getTime() - Date.parse(madeAt);
  if (age < (deals.size > 0 ? PATIENCE_MS : CALM_MS) || intents.some(isUnderWay)) return undefined;
  return { intents: [intend('shelve', `${product}#${version}`, at)] };
}

function isUnderWay({ kind, attempts }: Intent): boolean {
  return (kind === 'refine' || kind === 'shelve') && attempts < MAX_ATTEMPTS;
}
