import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, TaskId, TxHash } from '#contract/ids.ts';

/**
 * Why the market did not do it, and so what the caller may do next:
 * `invalid` (400, 413, 422; 0 when it was not even sent) never again as it is; `unauthorized` (401); `unpaid` (402) no lock; `forbidden` (403) not ours or private now;
 * `unidentified` (403 identity_required) register with ERC-8004 first; `missing` (404, 410); `conflict` (409) read the state: somebody, perhaps our earlier self, was faster;
 * `limited` (429) after `retryAfterMs`; `unavailable` (5xx, time-out, no connection) may have happened or not: the same call again.
 */
export interface MarketError {
  readonly kind:
    | 'invalid'
    | 'unauthorized'
    | 'unpaid'
    | 'forbidden'
    | 'unidentified'
    | 'missing'
    | 'conflict'
    | 'limited'
    | 'unavailable';
  /** HTTP status; 0 when there was no answer, or nothing was asked. */
  readonly status: number;
  /** The market's own words, for a log; at most 300 characters, never parsed. */
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  /** With 422 and before: what was wrong with which field (`body.bounty_usd`). */
  readonly fields?: readonly { readonly field: string; readonly message: string }[] | undefined;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: MarketError };

export type TaskStatus =
  | 'published'
  | 'accepted'
  | 'in_progress'
  | 'submitted'
  | 'verifying'
  | 'completed'
  | 'cancelled'
  | 'expired'
  | 'disputed';

/** One bounty. `publisher` is the buyer's wallet. */
export interface Task {
  readonly id: TaskId;
  readonly title: string;
  readonly instructions: string;
  readonly status: TaskStatus;
  readonly bounty: bigint;
  readonly publisher: Address;
  readonly skills: readonly string[];
  readonly deadline: Date;
  readonly executorId: string | undefined;
  readonly escrowTx: TxHash | undefined;
}

export interface Application {
  readonly id: string;
  readonly executorId: string;
  readonly wallet: Address;
  readonly status: 'pending' | 'accepted' | 'rejected';
  readonly appliedAt: Date;
}

export interface Submission {
  readonly id: string;
  readonly executorId: string;
  readonly verdict: 'pending' | 'accepted' | 'rejected' | 'more_info_requested' | 'disputed';
  readonly submittedAt: Date;
  /** Keyed by evidence type; hostile until parsed. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface BountyRequest {
  readonly title: string;
  readonly instructions: string;
  readonly bounty: bigint;
  readonly deadlineHours: number;
  readonly skills: readonly string[];
  readonly agentName: string;
}

/** One agent's door to an Execution-Market-compatible market; every call is signed with its wallet. */
export interface Market {
  isHealthy(): Promise<boolean>;
  /** Publisher half. The same key never makes a second task. */
  publish(request: BountyRequest, idempotencyKey: string): Promise<Answer<Task>>;
  task(id: TaskId): Promise<Answer<Task>>;
  cancel(id: TaskId, reason: string): Promise<Answer<void>>;
  applications(id: TaskId): Promise<Answer<readonly Application[]>>;
  assign(
    id: TaskId,
    choice: {
      readonly executorId: string;
      readonly escrowTx: TxHash;
      readonly paymentInfo: PaymentInfo;
    },
  ): Promise<Answer<void>>;
  submissions(id: TaskId): Promise<Answer<readonly Submission[]>>;
  /** Idempotent: settles the escrow first, then writes the verdict. `releaseTx` may be missing: ask the chain. */
  approve(
    submissionId: string,
    verdict: { readonly score: number; readonly notes: string },
  ): Promise<Answer<{ readonly releaseTx: TxHash | undefined }>>;
  reject(
    submissionId: string,
    verdict: { readonly severity: 'minor' | 'major'; readonly notes: string },
  ): Promise<Answer<void>>;
  /** Sends the work back without a verdict: its worker may hand it in again. */
  requestMoreInfo(submissionId: string, notes: string): Promise<Answer<void>>;
  rateWorker(
    id: TaskId,
    rating: { readonly worker: Address; readonly score: number; readonly comment: string },
  ): Promise<Answer<void>>;
  /** Worker half. */
  register(displayName: string): Promise<Answer<{ readonly executorId: string }>>;
  available(filter: {
    readonly skill: string;
    readonly limit: number;
  }): Promise<Answer<readonly Task[]>>;
  apply(
    id: TaskId,
    application: { readonly executorId: string; readonly message: string },
  ): Promise<Answer<void>>;
  submit(
    id: TaskId,
    work: {
      readonly executorId: string;
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly notes: string;
    },
  ): Promise<Answer<void>>;
  rateAgent(
    id: TaskId,
    rating: { readonly score: number; readonly comment: string },
  ): Promise<Answer<void>>;
}
