import type { BuyDeal } from '#contract/deal.ts';
import { PRODUCTS } from '#contract/products.ts';
import { type BuyEvents, buy } from '../../market/buying.ts';
import { closingOf, received } from '../../market/closing.ts';
import { idempotencyKey, requestFor } from '../../market/request.ts';
import { type EventOf, must } from '../../market/step.ts';
import type { MarketError } from '../../ports/market.ts';
import { utter } from '../change.ts';
import { type Effect, isRefusal, type Job, later, NOTHING, type Outcome } from './effect.ts';
import { laterOnceKnown, withoutIdentity } from './identify.ts';

/** An effect on one of our bounties; nothing to do when the deal has left the desk, or the state in which it was committed. */
function onBounty(
  states: BuyDeal['state'] | readonly BuyDeal['state'][],
  effect: (deal: BuyDeal, job: Job) => Promise<Outcome>,
): Effect {
  return (job) => {
    const deal = [...job.snapshot.deals.values()].find(
      ({ taskId }) => taskId === job.intent.subject,
    );
    const isDue = deal?.side === 'buy' && [states].flat().includes(deal.state);
    return isDue ? effect(deal, job) : Promise.resolve(NOTHING);
  };
}

function step<K extends keyof BuyEvents>(
  deal: BuyDeal,
  event: EventOf<BuyEvents, K>,
  { at }: Job,
): Outcome {
  return { kind: 'step', step: buy(deal, event, at) };
}

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

  const { id, bounty } = answer.value;
  const deal: BuyDeal = {
    v: 1,
    side: 'buy',
    state: 'open',
    taskId: id,
    product: wanted.product,
    generation: wanted.generation,
    bounty,
    openedAt: at,
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
  if (snapshot.isHalted) return { kind: 'later', reason: 'halted' };

  const settled = await hands.facilitator.lock(payment, await hands.wallet.signLock(payment));
  if (settled.kind === 'settled') return step(deal, { kind: 'locked', tx: settled.tx }, job);
  if (settled.kind === 'refused')
    return step(deal, { kind: 'lock-refused', reason: settled.reason }, job);
  return { kind: 'later', reason: settled.reason };
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

export const inspect = onBounty('inspecting', async (deal, job) => {
  const { market, goods } = job.hands;
  const answer = await market.submissions(deal.taskId);
  if (!answer.ok) return later(answer.error);
  const submission = answer.value.find(({ id }) => id === deal.submissionId);
  if (submission === undefined)
    return { kind: 'later', reason: 'the submission is not listed yet' };

  const verdict = await goods.inspect(job.agent.id, deal, submission.evidence);
  return verdict === 'unreachable'
    ? { kind: 'later', reason: 'the goods cannot be reached' }
    : step(deal, verdict, job);
});

const MAY_HAVE_HAPPENED = new Set<MarketError['kind']>(['unavailable', 'limited']);

/** The market settles before it writes the verdict, so whatever it answers, the chain knows best. */
export const approve = onBounty('approving', async (deal, job) => {
  const verdict = {
    score: must(deal.score, 'a score'),
    notes: `${PRODUCTS[deal.product].title}: hash, record count and schema hold.`,
  };
  const answer = await job.hands.market.approve(must(deal.submissionId, 'a submission'), verdict);
  // it may have paid and not written it down: asked again it finishes, and nobody else can make it
  if (!answer.ok && MAY_HAVE_HAPPENED.has(answer.error.kind)) return later(answer.error);
  const close = await closingOf(job.hands.chain, must(deal.payment, 'the terms of its escrow'));
  if (close?.kind === 'voided') return step(deal, { kind: 'refunded', tx: close.tx }, job);
  if (close === undefined) {
    return answer.ok
      ? { kind: 'later', reason: 'approved, but the payment is not on chain yet' }
      : later(answer.error);
  }
  const { wallet } = must(deal.seller, 'a seller');
  const fee = deal.bounty - received(close.transfers, wallet);
  return step(deal, { kind: 'paid', tx: close.tx, fee }, job);
});

export const reject = onBounty('rejecting', async (deal, job) => {
  const severity = deal.rejections > 1 ? 'major' : 'minor';
  const notes =
    'The delivery failed its checks: hash, record count, schema or product do not hold.';
  const answer = await job.hands.market.reject(must(deal.submissionId, 'a submission'), {
    severity,
    notes,
  });
  // what cannot be judged any more has another end: the chain will show it
  if (answer.ok || answer.error.kind === 'conflict' || isRefusal(answer.error))
    return step(deal, { kind: 'rejected' }, job);
  return later(answer.error);
});

export const cancel = onBounty(['cancelling', 'stranded'], async (deal, job) => {
  const answer = await job.hands.market.cancel(deal.taskId, deal.because ?? 'withdrawn');
  if (answer.ok || answer.error.kind === 'conflict' || isRefusal(answer.error)) {
    return step(deal, { kind: 'cancelled' }, job);
  }
  return later(answer.error);
});

/** A rating is courtesy: the market's refusal ends it, nothing else hangs on it. */
export const rateSeller = onBounty('rating', async (deal, job) => {
  // paid without us: we have verified nothing that we could rate
  if (deal.score === undefined) return step(deal, { kind: 'rated' }, job);
  const answer = await job.hands.market.rateWorker(deal.taskId, {
    worker: must(deal.seller, 'a seller').wallet,
    score: deal.score,
    comment: `${deal.evidence?.records ?? 0} records checked; ${deal.rejections} deliveries sent back.`,
  });
  if (answer.ok || answer.error.kind === 'conflict' || isRefusal(answer.error))
    return step(deal, { kind: 'rated' }, job);
  return later(answer.error);
});
