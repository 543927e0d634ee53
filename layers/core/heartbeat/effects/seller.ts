import type { Generation, SellDeal } from '#contract/deal.ts';
import { PRODUCTS, Product } from '#contract/products.ts';
import { costPerSale, expectedSales, made, priceFloor } from '../../market/history.ts';
import { isTooLateToPay } from '../../market/patience.ts';
import { purchaseOf } from '../../market/provenance.ts';
import { type SellEvents, sell } from '../../market/selling.ts';
import { type EventOf, must } from '../../market/step.ts';
import type { MarketError, Task } from '../../ports/market.ts';
import { utter } from '../change.ts';
import { type Effect, isRefusal, type Job, later, NOTHING, type Outcome } from './effect.ts';
import { laterOnceKnown, withoutIdentity } from './identify.ts';

/** Taken off a buyer's score for every delivery that came back. */
const SENT_BACK_PENALTY = 20;

/** How old the last look at a lock may be when the goods go out, in ms. */
const STALE_MS = 10_000;

const HANDED_IN = new Set<Task['status']>(['submitted', 'verifying', 'completed']);

/** An effect on a bounty that we applied for; nothing to do when the deal has left the desk, or the state in which it was committed. */
function onSale(
  state: SellDeal['state'],
  effect: (deal: SellDeal, job: Job) => Promise<Outcome>,
): Effect {
  return (job) => {
    const deal = [...job.snapshot.deals.values()].find(
      ({ taskId }) => taskId === job.intent.subject,
    );
    const isDue = deal?.side === 'sell' && deal.state === state;
    return isDue ? effect(deal, job) : Promise.resolve(NOTHING);
  };
}

function step<K extends keyof SellEvents>(
  deal: SellDeal,
  event: EventOf<SellEvents, K>,
  { at }: Job,
): Outcome {
  return { kind: 'step', step: sell(deal, event, at) };
}

/** Makes the goods; done before, it finds them on the shelf. */
export const refine: Effect = async (job) => {
  const { agent, intent, snapshot, hands, at } = job;
  const [name, generation = ''] = intent.subject.split('#');
  const product = Product.parse(name);
  const inputs = snapshot.purchases.flatMap((purchase) =>
    purchase.generation === generation &&
    purchase.taskId !== undefined &&
    purchase.evidence !== undefined
      ? [{ taskId: purchase.taskId, evidence: purchase.evidence }]
      : [],
  );
  const manifest = await hands.goods.refine({ agentId: agent.id, product, generation, inputs });
  if (manifest === undefined) return NOTHING;

  const { version, records, users } = manifest;
  const stock = { ...snapshot.state.stock, [product]: { generation, version, records } };
  const fresh = { product, version, madeAt: at, perSale: perSale(product, generation, job) };
  const state = made({ ...snapshot.state, stock }, fresh);
  const news = {
    kind: 'newProduct',
    product,
    price: priceFloor(state, fresh),
    version,
    records,
    users,
  } as const;
  return { kind: 'change', change: { state, intents: utter(agent, [news], at) } };
};

/** Puts a version that was made on sale at the direct door; `subject` is `<product>#<version>`. */
export const shelve: Effect = async ({ agent, intent, snapshot, hands }) => {
  const [name, version = ''] = intent.subject.split('#');
  const product = Product.parse(name);
  const price = priceFloor(snapshot.state, { product, version });
  await hands.goods.shelve(agent.id, { product, version, price });
  const shelved = { ...snapshot.state.shelved, [product]: version };
  return { kind: 'change', change: { state: { ...snapshot.state, shelved } } };
};

/** What one sale must bring: what was paid for the inputs, over the sales that they were bought for. */
function perSale(
  product: Product,
  generation: Generation,
  { agent, snapshot: { purchases, state }, hands }: Job,
): bigint {
  const cost = agent.wants.reduce((sum, input) => {
    const paid = purchaseOf(purchases, input, generation)?.cost;
    return sum + (paid ?? PRODUCTS[input].price);
  }, 0n);
  const { cycle } = state;
  const bought = cycle?.generation === generation ? cycle.expectedSales : undefined;
  const expected = bought ?? expectedSales(product, { agent, state, now: hands.now() });
  return costPerSale(cost, expected) ?? cost;
}

export const apply = onSale('applying', async (deal, job) => {
  const { executorId } = job.snapshot.state;
  if (executorId === undefined)
    return { kind: 'later', reason: 'not registered at the market yet' };
  const unknown = withoutIdentity(job);
  if (unknown) return unknown;
  const message = `${deal.product} ${deal.goods}, made of corpus ${deal.generation}, ready to deliver.`;
  const answer = await job.hands.market.apply(deal.taskId, { executorId, message });
  if (answer.ok) return step(deal, { kind: 'applied' }, job);
  if (isRefusal(answer.error))
    return step(deal, { kind: 'apply-refused', reason: answer.error.reason }, job);
  if (answer.error.kind !== 'conflict') return laterOnceKnown(answer.error, job);

  // already applied (our earlier self, who may have been chosen since) or no longer open: the task tells the one from the other
  const task = await job.hands.market.task(deal.taskId);
  if (!task.ok) return inDoubt(deal, task.error, job);
  return task.value.status === 'published' || task.value.executorId === executorId
    ? step(deal, { kind: 'applied' }, job)
    : step(deal, { kind: 'apply-refused', reason: task.value.status }, job);
});

/** A task that is private or gone to us went to another. */
function inDoubt(deal: SellDeal, error: MarketError, job: Job): Outcome {
  return isRefusal(error)
    ? step(deal, { kind: 'apply-refused', reason: error.reason }, job)
    : later(error);
}

export const deliver = onSale('delivering', async (deal, job) => {
  const { executorId } = job.snapshot.state;
  if (executorId === undefined)
    return { kind: 'later', reason: 'not registered at the market yet' };
  const unpaid = await missingLock(deal, job);
  if (unpaid) return unpaid;
  const evidence = await job.hands.goods.handOver(job.agent.id, deal);
  const answer = await job.hands.market.submit(deal.taskId, {
    executorId,
    evidence: { json_response: evidence },
    notes: `${evidence.records} records, sha256 ${evidence.sha256}.`,
  });
  const submitted = { kind: 'submitted', records: evidence.records } as const;
  if (answer.ok) return step(deal, submitted, job);
  if (isRefusal(answer.error))
    return step(deal, { kind: 'deliver-refused', reason: answer.error.reason }, job);
  if (answer.error.kind !== 'conflict') return later(answer.error);

  const task = await job.hands.market.task(deal.taskId);
  if (!task.ok && !isRefusal(task.error)) return later(task.error);
  if (!task.ok) return step(deal, { kind: 'deliver-refused', reason: task.error.reason }, job);
  const isIn = HANDED_IN.has(task.value.status);
  return step(deal, isIn ? submitted : { kind: 'deliver-refused', reason: task.value.status }, job);
});

/**
 * Why nothing is handed over now; undefined while the lock stands, or when it was paid out to us already. What was locked when we were
 * chosen may have gone back since: the market lets a buyer cancel until the work is in.
 */
async function missingLock(deal: SellDeal, job: Job): Promise<Outcome | undefined> {
  const { chain, now } = job.hands;
  const payment = must(deal.payment, 'a lock');
  const asked = now().getTime();
  const state = await chain.escrowState(payment);
  if (now().getTime() - asked > STALE_MS)
    return { kind: 'later', reason: 'what the chain said of the lock is old' };
  if (state.kind === 'locked') return undefined;
  const close = state.kind === 'closed' ? await chain.closeOf(payment) : undefined;
  if (close === undefined) return { kind: 'later', reason: 'the lock is not to be seen' };
  return close.kind === 'captured'
    ? undefined
    : step(deal, { kind: 'deliver-refused', reason: 'refunded-to-buyer' }, job);
}

export const rateBuyer = onSale('rating', async (deal, job) => {
  const sentBack = Math.max(0, deal.deliveries - 1);
  const answer = await job.hands.market.rateAgent(deal.taskId, {
    score: Math.max(0, 100 - sentBack * SENT_BACK_PENALTY),
    comment: `Paid ${deal.releaseTx ?? ''}; ${sentBack} deliveries sent back.`,
  });
  const isOver = isTooLateToPay(deal, job.hands.now());
  if (answer.ok || isOver || answer.error.kind === 'conflict' || isRefusal(answer.error))
    return step(deal, { kind: 'rated' }, job);
  return later(answer.error);
});
