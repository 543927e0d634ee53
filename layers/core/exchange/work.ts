import type { TxHash } from '#contract/ids.ts';
import { closed, republish, step } from './moves.ts';
import { type Moved, moved, refused } from './refusal.ts';
import { currentEscrow, type ExchangeSubmission, type ExchangeTask } from './task.ts';

/** A task and the submission that changed with it. */
export interface Work {
  readonly task: ExchangeTask;
  readonly submission: ExchangeSubmission;
}

/** Work handed in by the executor of the task: the first time, or again after it was sent back. */
export function submit(
  task: ExchangeTask,
  work: {
    readonly id: string;
    readonly executorId: string;
    readonly evidence: Readonly<Record<string, unknown>>;
    readonly notes: string | undefined;
    readonly before: ExchangeSubmission | undefined;
  },
  now: Date,
): Moved<Work> {
  const { before, ...given } = work;
  if (task.executor?.id !== work.executorId) {
    return refused('forbidden', 'You are not assigned to this task');
  }
  if (task.status === 'expired') return refused('conflict', 'Task deadline has passed');
  const stepped = step(task, 'submit');
  if (!stepped.ok) return stepped;
  const missing = task.evidenceRequired.filter((type) => !(type in work.evidence));
  if (missing.length > 0) {
    return refused('invalid', `Missing required evidence: ${missing.join(', ')}`);
  }
  return moved({
    task: {
      ...stepped.value,
      submissionIds: [...task.submissionIds.filter((id) => id !== work.id), work.id],
    },
    submission: {
      ...given,
      taskId: task.id,
      version: (before?.version ?? 0) + 1,
      verdict: 'pending',
      submittedAt: now,
    },
  });
}

export interface Verdict {
  readonly notes: string | undefined;
  readonly now: Date;
}

/** Sent back to its worker, who may hand it in again. */
export function sendBack(
  work: Work,
  as: 'rejected' | 'more_info_requested',
  verdict: Verdict,
): Moved<Work> {
  const problem = undecidable(work);
  if (problem) return problem;
  const stepped = step(work.task, as === 'rejected' ? 'reject-minor' : 'more-info');
  return stepped.ok
    ? moved({ task: stepped.value, submission: judged(work.submission, as, verdict) })
    : stepped;
}

/** Rejected for good. */
export function rejectForGood(work: Work, verdict: Verdict): Moved<Work> {
  const problem = undecidable(work);
  if (problem) return problem;
  const republished = republish(work.task);
  return republished.ok
    ? moved({ task: republished.value, submission: judged(work.submission, 'rejected', verdict) })
    : republished;
}

/** Accepted, after its bounty was paid out by `tx`. */
export function accept(work: Work, tx: TxHash, verdict: Verdict): Moved<Work> {
  const escrow = currentEscrow(work.task);
  const stepped = step(work.task, 'approve');
  if (!stepped.ok) return stepped;
  if (!escrow) return refused('conflict', 'Escrow is not in a releasable state');
  return moved({
    task: closed(stepped.value, escrow, { status: 'released', tx, at: verdict.now }),
    submission: judged(work.submission, 'accepted', verdict),
  });
}

/** Why this submission cannot be judged now: it was, it is not the current work, or its bounty is being paid out. */
function undecidable({ task, submission }: Work): ReturnType<typeof refused> | undefined {
  if (submission.verdict !== 'pending' || task.executor?.id !== submission.executorId) {
    return refused('conflict', `Submission already processed: it is ${submission.verdict}`);
  }
  return currentEscrow(task)?.status === 'deposited'
    ? undefined
    : refused('conflict', 'Escrow is being released: approve again to see its end');
}

function judged(
  submission: ExchangeSubmission,
  verdict: ExchangeSubmission['verdict'],
  { notes, now }: Verdict,
): ExchangeSubmission {
  return {
    ...submission,
    version: submission.version + 1,
    verdict,
    verifiedAt: now,
    agentNotes: notes,
  };
}
