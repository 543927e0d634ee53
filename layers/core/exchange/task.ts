import type { PaymentInfo } from '#contract/escrow.ts';
import type {
  EvidenceType,
  TargetExecutor,
  TaskCategory,
} from '#contract/execution-market-words.ts';
import type { Address, TaskId, TxHash } from '#contract/ids.ts';
import type { Submission as Judged, TaskStatus } from '#core/ports/market.ts';

/**
 * One lock of a task's bounty, on its way: `releasing` and `refunding` are written before the facilitator is asked, so that a
 * bounty can never go both ways; whoever touches the task next continues them.
 */
export interface Escrow {
  readonly status: 'deposited' | 'releasing' | 'released' | 'refunding' | 'refunded';
  readonly info: PaymentInfo;
  readonly tx: TxHash;
  readonly lockedAt: Date;
  readonly closeTx?: TxHash | undefined;
  readonly closedAt?: Date | undefined;
}

/** One rating, 0-100. */
export interface Rating {
  readonly score: number;
  readonly comment: string;
  readonly at: Date;
}

/** What the publisher asked for; does not change. Money in micro-USDC. */
export interface Terms {
  readonly title: string;
  readonly instructions: string;
  readonly category: TaskCategory;
  readonly bounty: bigint;
  readonly evidenceRequired: readonly EvidenceType[];
  readonly evidenceOptional: readonly EvidenceType[];
  readonly target: TargetExecutor;
  readonly skills: readonly string[];
  readonly minReputation: number;
  readonly agentName?: string | undefined;
  readonly skillVersion?: string | undefined;
  readonly locationHint?: string | undefined;
  readonly geoMatchMode?: string | undefined;
  readonly locationRadiusM?: number | undefined;
}

/** One bounty as the market keeps it. `version` grows by one with every change. */
export interface ExchangeTask extends Terms {
  readonly id: TaskId;
  readonly version: number;
  readonly status: TaskStatus;
  readonly publisher: Address;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deadline: Date;
  readonly executor?:
    | { readonly id: string; readonly wallet: Address; readonly assignedAt: Date }
    | undefined;
  /** Every lock this task ever had, the newest last: a task rejected for good takes another. */
  readonly escrows: readonly Escrow[];
  /** Executors whose work was rejected for good. */
  readonly refused: readonly string[];
  /** One per executor that ever submitted, the newest last. */
  readonly submissionIds: readonly string[];
  readonly cancelReason?: string | undefined;
  readonly workerRating?: Rating | undefined;
  readonly agentRating?: Rating | undefined;
}

/** One row per task and executor. Its status follows from the task: see `applicationStatus`. */
export interface ExchangeApplication {
  readonly id: string;
  readonly taskId: TaskId;
  readonly executorId: string;
  readonly wallet: Address;
  readonly message?: string | undefined;
  readonly appliedAt: Date;
}

/** One row per task and executor; work submitted again replaces it. */
export interface ExchangeSubmission {
  readonly id: string;
  readonly version: number;
  readonly taskId: TaskId;
  readonly executorId: string;
  readonly verdict: Judged['verdict'];
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly notes?: string | undefined;
  readonly submittedAt: Date;
  readonly verifiedAt?: Date | undefined;
  readonly agentNotes?: string | undefined;
}

/** Who works; `ratings` of what it finished. */
export interface Executor {
  readonly id: string;
  readonly wallet: Address;
  readonly name?: string | undefined;
  readonly registeredAt: Date;
  readonly ratings: { readonly count: number; readonly sum: number };
}

/** The lock that pays for the current assignment. */
export function currentEscrow(task: ExchangeTask): Escrow | undefined {
  return task.executor && task.escrows.at(-1);
}

/**
 * Where an application stands. It is derived, not stored: assigning one of a thousand applicants is then one write, and no
 * crash can leave the task and its applications of two minds.
 */
export function applicationStatus(
  task: ExchangeTask,
  executorId: string,
): 'pending' | 'accepted' | 'rejected' {
  if (task.refused.includes(executorId)) return 'rejected';
  if (task.executor === undefined) return 'pending';
  return task.executor.id === executorId ? 'accepted' : 'rejected';
}
