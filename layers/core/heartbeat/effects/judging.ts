import type { BuyDeal } from '#contract/deal.ts';
import { PRODUCTS } from '#contract/products.ts';
import { closingOf } from '../../market/closing.ts';
import { isOutOfReach, isTooLateToPay } from '../../market/patience.ts';
import { foreignInputs } from '../../market/provenance.ts';
import { must } from '../../market/step.ts';
import type { Inspection } from '../../ports/goods.ts';
import type { MarketError, Task } from '../../ports/market.ts';
import { ended, onBounty, step } from './bounty.ts';
import { isRefusal, type Job, later, type Outcome } from './effect.ts';

export const inspect = onBounty('inspecting', async (deal, job) => {
  const verdict = await inspected(deal, job);
  return 'because' in verdict
    ? outOfReach(deal, verdict, job)
    : verdict.kind === 'good'
      ? step(deal, verdict, job)
      : step(deal, { ...verdict, reason: verdict.reason.slice(0, MAX_COMPLAINT) }, job);
});

/** How long a complaint may be: the market takes 1000 characters with what is said around it. */
export const MAX_COMPLAINT = 500;

/** No verdict, and why. */
interface Unseen {
  readonly because: string;
  readonly error?: Error;
}

async function inspected(
  deal: BuyDeal,
  { agent, hands, snapshot }: Job,
): Promise<Inspection | Unseen> {
  const answer = await hands.market.submissions(deal.taskId);
  if (!answer.ok) return { because: `${answer.error.kind}: ${answer.error.reason}` };
  const submission = answer.value.find(({ id }) => id === deal.submissionId);
  if (submission === undefined) return { because: 'the submission is not listed' };
  try {
    const verdict = await hands.goods.inspect(agent.id, deal, submission.evidence);
    if (verdict === 'unreachable') return { because: 'the goods cannot be reached' };
    const flaw =
      verdict.kind === 'good' && foreignInputs(deal, verdict.evidence, snapshot.purchases);
    return flaw ? { kind: 'bad', reason: flaw } : verdict;
  } catch (error) {
    const because = 'the goods cannot be looked at';
    return {
      because,
      error: error instanceof Error ? error : new Error(because, { cause: error }),
    };
  }
}

/** Nobody pays for goods that were not seen, and nobody waits for them for ever. */
function outOfReach(deal: BuyDeal, { because, error }: Unseen, job: Job): Outcome {
  if (isOutOfReach(deal, deal.submittedAt, job.hands.now()))
    return step(deal, { kind: 'bad', reason: `out-of-reach: ${because}` }, job);
  if (error !== undefined) throw error;
  return { kind: 'later', reason: because };
}

export const ask = onBounty('asking', async (deal, job) => {
  const standing = await judged(deal, job);
  if (standing.kind === 'unknown') return later(standing.error);
  if (standing.kind === 'moved') return step(deal, { kind: 'asked' }, job);
  const notes = `Not approved yet: ${must(deal.complaint, 'a complaint')}. Please deliver again.`;
  const answer = await job.hands.market.requestMoreInfo(
    must(deal.submissionId, 'a submission'),
    notes,
  );
  // what the market does not let us ask is rejected at the next look
  if (answer.ok || answer.error.kind === 'conflict' || isRefusal(answer.error))
    return step(deal, { kind: 'asked' }, job);
  return later(answer.error);
});

const MAY_HAVE_HAPPENED = new Set<MarketError['kind']>(['unavailable', 'limited']);

/** Whether somebody else has looked at it, and what came of it. */
function auditOf({ verdict, unaudited }: BuyDeal): string {
  if (unaudited !== undefined) return `Not audited: ${unaudited}.`;
  return verdict === undefined ? '' : `Audit ${verdict.id}: score ${verdict.score}.`;
}

/** The market settles before it writes the verdict, so whatever it answers, the chain knows best. */
export const approve = onBounty('approving', async (deal, job) => {
  const verdict = {
    score: must(deal.score, 'a score'),
    notes: `${PRODUCTS[deal.product].title}: hash, record count and schema hold. ${auditOf(deal)}`,
  };
  const answer = await job.hands.market.approve(must(deal.submissionId, 'a submission'), verdict);
  // it may have paid and not written it down: asked again it finishes, and nobody else can make it
  if (!answer.ok && MAY_HAVE_HAPPENED.has(answer.error.kind)) return later(answer.error);
  const close = await closingOf(job.hands.chain, must(deal.payment, 'the terms of its escrow'));
  if (close) return ended(deal, close, job);
  return answer.ok
    ? { kind: 'later', reason: 'approved, but the payment is not on chain yet' }
    : later(answer.error);
});

/** Tasks whose work may still be handed in or judged. */
const AT_WORK = new Set<Task['status']>(['accepted', 'in_progress', 'submitted', 'verifying']);

/**
 * Rejects for good, so that the money comes home; a market that allows no more of that today sends the work back instead, and its
 * deadline brings the money home.
 */
export const reject = onBounty('rejecting', async (deal, job) => {
  const { market } = job.hands;
  const standing = await judged(deal, job);
  if (standing.kind === 'unknown') return later(standing.error);
  if (standing.kind === 'stands') {
    const id = must(deal.submissionId, 'a submission');
    const notes = `The delivery failed its checks: ${must(deal.complaint, 'a complaint')}.`;
    const major = await market.reject(id, { severity: 'major', notes });
    if (major.ok) return step(deal, { kind: 'rejected', isFinal: true }, job);
    if (major.error.kind === 'unavailable') return later(major.error);
    if (major.error.kind === 'limited') {
      const minor = await market.reject(id, { severity: 'minor', notes });
      if (minor.ok) return step(deal, { kind: 'rejected', isFinal: false }, job);
      return later(minor.error);
    }
  }
  // what cannot be judged any more was judged by our earlier self, or has another end: the task tells the one from the other
  const task = await market.task(deal.taskId);
  if (!task.ok && !isRefusal(task.error)) return later(task.error);
  const isFinal = !task.ok || !AT_WORK.has(task.value.status);
  return step(deal, { kind: 'rejected', isFinal }, job);
});

/**
 * Whether the work that was found bad is still before us. `moved`: our earlier self was heard, and it may even have been handed in
 * anew since: what nobody has looked at must not be judged.
 */
async function judged(
  deal: BuyDeal,
  { hands }: Job,
): Promise<
  { readonly kind: 'stands' | 'moved' } | { readonly kind: 'unknown'; readonly error: MarketError }
> {
  const answer = await hands.market.submissions(deal.taskId);
  if (!answer.ok)
    return isRefusal(answer.error) ? { kind: 'moved' } : { kind: 'unknown', error: answer.error };
  const work = answer.value.find(({ id }) => id === deal.submissionId);
  const isSame =
    work?.verdict === 'pending' &&
    (deal.submittedAt === undefined || work.submittedAt.toISOString() === deal.submittedAt);
  return { kind: isSame ? 'stands' : 'moved' };
}

/** A rating is courtesy: the market's refusal ends it, nothing else hangs on it. */
export const rateSeller = onBounty('rating', async (deal, job) => {
  // paid without us: we have verified nothing that we could rate
  if (deal.score === undefined) return step(deal, { kind: 'rated' }, job);
  const answer = await job.hands.market.rateWorker(deal.taskId, {
    worker: must(deal.seller, 'a seller').wallet,
    score: deal.score,
    comment: `${deal.evidence?.records ?? 0} records checked; ${deal.rejections} deliveries sent back.`,
  });
  const isOver = isTooLateToPay(deal, job.hands.now());
  if (answer.ok || isOver || answer.error.kind === 'conflict' || isRefusal(answer.error))
    return step(deal, { kind: 'rated' }, job);
  return later(answer.error);
});
