import type { SellDeal } from '#contract/deal.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { isInDemand } from '../market/demand.ts';
import { priceFloor } from '../market/history.ts';
import { base, generationIn, isBought } from '../market/provenance.ts';
import { generationOf } from '../market/request.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import type { Task } from '../ports/market.ts';
import { intend } from './change.ts';
import type { Desk } from './desk.ts';

/** How often goods may fail to be made before others are begun beside them. */
const MAX_ATTEMPTS = 3;

/** Applies for a request that the shelf can serve as it is. */
export function offer(task: Task, snapshot: Snapshot, { agent, at }: Desk): Change | undefined {
  const product = agent.sells.find((sold) => task.skills.includes(PRODUCTS[sold].skill));
  const goods = product && snapshot.state.stock[product];
  if (product === undefined || goods === undefined) return undefined;
  const { price, minimumRecords } = PRODUCTS[product];
  const floor = priceFloor(snapshot.state, { product, version: goods.version });
  if (task.bounty < price || task.bounty < floor || goods.records < minimumRecords)
    return undefined;
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
  const isBusy = snapshot.intents.some(
    ({ id, kind, attempts }) => id === made.id || (kind === 'refine' && attempts < MAX_ATTEMPTS),
  );
  if (isBusy) return undefined;
  const has = agent.wants.every((input) => isBought(snapshot.purchases, input, generation));
  return has ? { intents: [made] } : undefined;
}
