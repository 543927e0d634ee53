import type { Address, TaskId, TxHash } from '#contract/ids.ts';
import type { MajorRejects } from '#core/exchange/rejecting.ts';
import type {
  ExchangeApplication,
  ExchangeSubmission,
  ExchangeTask,
  Executor,
} from '#core/exchange/task.ts';

/**
 * What one change writes, all or nothing. `lock` claims a locking transaction for the task; `rating` counts for an executor, `majorRejects`
 * are the publisher's. */
export interface ExchangeChange {
  readonly task: ExchangeTask;
  readonly submission?: ExchangeSubmission | undefined;
  readonly rating?: { readonly executorId: string; readonly score: number } | undefined;
  readonly lock?: TxHash | undefined;
  readonly majorRejects?: MajorRejects | undefined;
}

/** `outrun`: somebody else changed it first, read again; `lock-taken`: that lock pays for another task. */
export type Saved = 'saved' | 'outrun' | 'lock-taken';

/** The market's own memory. Single items are read consistently; lists may be a second old. */
export interface Exchange {
  task(id: TaskId): Promise<ExchangeTask | undefined>;
  /** False when a task of this id exists already. */
  create(task: ExchangeTask): Promise<boolean>;
  /** Every version written must be one more than the version it was made of. */
  save(change: ExchangeChange): Promise<Saved>;
  /** Open tasks, newest first, with `skill` only those that ask for it; ends after `most` tasks looked at. */
  open(wanted: {
    readonly skill: string | undefined;
    readonly most: number;
  }): AsyncIterable<ExchangeTask>;
  /** Tasks whose deadline has passed or whose lock is on its way back, the longest due first; ends after `most`. */
  due(now: Date, most: number): AsyncIterable<ExchangeTask>;
  /** Tasks of one publisher, newest first; ends after `most`. */
  published(publisher: Address, most: number): AsyncIterable<ExchangeTask>;
  /** False when this executor applied already. */
  apply(application: ExchangeApplication): Promise<boolean>;
  application(taskId: TaskId, executorId: string): Promise<ExchangeApplication | undefined>;
  applications(taskId: TaskId): Promise<readonly ExchangeApplication[]>;
  /** Applications of one executor, newest first; ends after `most`. */
  appliedBy(executorId: string, most: number): AsyncIterable<ExchangeApplication>;
  submission(id: string): Promise<ExchangeSubmission | undefined>;
  executor(id: string): Promise<Executor | undefined>;
  /** False when it is registered already. */
  register(executor: Executor): Promise<boolean>;
  majorRejects(publisher: Address): Promise<MajorRejects>;
}
