import type { BuyDeal } from '#contract/deal.ts';
import { closingOf } from '../../market/closing.ts';
import { isPastDeadline, isTooLateToLock } from '../../market/patience.ts';
import { idempotencyKey, requestFor } from '../../market/request.ts';
import { must } from '../../market/step.ts';
import { utter } from '../change.ts';
import { ended, onBounty, step } from './bounty.ts';
import { type Effect, isRefusal, later, NOTHING } from './effect.ts';
import { laterOnceKnown, withoutIdentity } from './identify.ts';

export const publish: Effect = async (job) => {
  const { agent, intent, snapshot, hands, at } = job;
  const wanted = snapshot.purchases.find(
    ({ product, generation }) => `${product}#${generation}` === intent.subject,
  );
  if (wanted?.state !== 'wanted') return NOTHING;
  const unknown = withoutIdentity(job);
  if (unknown) return unknown;
  const request = requestFor(wanted.product, wanted.generation, agent.id);
  const answer = await hands.market.publish(request, idempotencyKey(agent.id, wanted));
  if (!answer.ok) return laterOnceKnown(answer.error, job);

  const { id, bounty, deadline } = answer.value;
  const deal: BuyDeal = {
    v: 1,
    side: 'buy',
    state: 'open',
    taskId: id,
    product: wanted.product,
    generation: wanted.generation,
    bounty,
    openedAt: at,
    deadline: deadline.toISOString(),
    rejections: 0,
    shunned: [],
  };
  const news = utter(
    agent,
    [{ kind: 'published', product: wanted.product, price: bounty, taskId: id }],
    at,
  );
  return {
    kind: 'change',
    change: { deals: [deal], purchases: [{ ...wanted, state: 'open', taskId: id }], intents: news },
  };
};

/** The chain is asked first: our earlier self may have locked and died before it could write it down. */
export const lock = onBounty('locking', async (deal, job) => {
  const { hands, snapshot } = job;
  const payment = must(deal.payment, 'the terms of its escrow');
  const locked = await hands.chain.lockOf(payment);
  if (locked) return step(deal, { kind: 'locked', tx: locked.tx }, job);
  // nobody answered, or we were halted, until nobody could lock it any more
  if (isTooLateToLock(deal, hands.now()))
    return step(deal, { kind: 'lock-refused', reason: 'not-locked-in-time' }, job);
  if (snapshot.isHalted) return { kind: 'later', reason: 'halted' };

  const settled = await hands.facilitator.lock(payment, await hands.wallet.signLock(payment));
  if (settled.kind === 'settled') return step(deal, { kind: 'locked', tx: settled.tx }, job);
  return settled.kind === 'refused'
    ? step(deal, { kind: 'lock-refused', reason: settled.reason }, job)
    : { kind: 'later', reason: settled.reason };
});

export const assign = onBounty('assigning', async (deal, job) => {
  const { market } = job.hands;
  const escrowTx = must(deal.lockTx, 'a lock');
  const { executorId } = must(deal.seller, 'a seller');
  const paymentInfo = must(deal.payment, 'the terms of its escrow');
  const answer = await market.assign(deal.taskId, { executorId, escrowTx, paymentInfo });
  if (answer.ok) return step(deal, { kind: 'assigned' }, job);
  if (answer.error.kind !== 'conflict' && !isRefusal(answer.error)) return later(answer.error);

  // our earlier self may have been heard: only the task itself can say that it was not
  const task = await market.task(deal.taskId);
  if (!task.ok && !isRefusal(task.error)) return later(task.error);
  if (task.ok && task.value.escrowTx === escrowTx) return step(deal, { kind: 'assigned' }, job);
  return step(deal, { kind: 'assign-refused', reason: answer.error.reason }, job);
});

export const cancel = onBounty(['cancelling', 'stranded'], async (deal, job) => {
  const answer = await job.hands.market.cancel(deal.taskId, deal.because ?? 'withdrawn');
  if (answer.ok || answer.error.kind === 'conflict' || isRefusal(answer.error)) {
    return step(deal, { kind: 'cancelled' }, job);
  }
  // a market that never answers lets it expire
  const isExpired = deal.state === 'cancelling' && isPastDeadline(deal, job.hands.now());
  return isExpired ? step(deal, { kind: 'cancelled' }, job) : later(answer.error);
});

/** The last resort: nobody else can move this money any more. The chain is asked first, for somebody may have done so in time. */
export const reclaim = onBounty('reclaiming', async (deal, job) => {
  const { chain, payer } = job.hands;
  const payment = must(deal.payment, 'the terms of its escrow');
  const close = await closingOf(chain, payment);
  if (close) return ended(deal, close, job);
  const settled = await payer.reclaim(payment);
  return settled.kind === 'settled'
    ? step(deal, { kind: 'refunded', tx: settled.tx }, job)
    : { kind: 'later', reason: settled.reason };
});
