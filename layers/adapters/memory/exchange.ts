import type { Address, TaskId, TxHash } from '#contract/ids.ts';
import type { MajorRejects } from '#core/exchange/rejecting.ts';
import type {
  ExchangeApplication,
  ExchangeSubmission,
  ExchangeTask,
  Executor,
} from '#core/exchange/task.ts';
import type { Exchange, ExchangeChange, Saved } from '#core/ports/exchange.ts';

/** The market's memory in memory, for the simulation: the conditions of its table without the table. */
export class MemoryExchange implements Exchange {
  readonly #tasks = new Map<TaskId, ExchangeTask>();
  readonly #submissions = new Map<string, ExchangeSubmission>();
  readonly #applications = new Map<string, ExchangeApplication>();
  readonly #executors = new Map<string, Executor>();
  readonly #locks = new Map<TxHash, TaskId>();
  readonly #rejects = new Map<Address, MajorRejects>();

  task(id: TaskId): Promise<ExchangeTask | undefined> {
    return Promise.resolve(this.#tasks.get(id));
  }

  create(task: ExchangeTask): Promise<boolean> {
    return Promise.resolve(putNew(this.#tasks, task.id, task));
  }

  save(change: ExchangeChange): Promise<Saved> {
    if (change.lock !== undefined && this.#locks.has(change.lock))
      return Promise.resolve('lock-taken');
    if (!this.#isNext(change)) return Promise.resolve('outrun');
    const { task, submission, rating, lock, majorRejects } = change;
    this.#tasks.set(task.id, task);
    if (submission) this.#submissions.set(submission.id, submission);
    if (majorRejects) this.#rejects.set(task.publisher, majorRejects);
    if (lock) this.#locks.set(lock, task.id);
    if (rating) this.#rate(rating);
    return Promise.resolve('saved');
  }

  open({ skill, most }: Parameters<Exchange['open']>[0]): AsyncIterable<ExchangeTask> {
    return rows(
      this.#newestFirst(
        ({ status, skills }) =>
          status === 'published' && (skill === undefined || skills.includes(skill)),
      ),
      most,
    );
  }

  due(now: Date, most: number): AsyncIterable<ExchangeTask> {
    const due = this.all()
      .filter((task) => dueAt(task) <= now.getTime())
      .toSorted((a, b) => dueAt(a) - dueAt(b));
    return rows(due, most);
  }

  published(publisher: Address, most: number): AsyncIterable<ExchangeTask> {
    return rows(
      this.#newestFirst((task) => task.publisher === publisher),
      most,
    );
  }

  apply(application: ExchangeApplication): Promise<boolean> {
    return Promise.resolve(putNew(this.#applications, application.id, application));
  }

  async application(taskId: TaskId, executorId: string): Promise<ExchangeApplication | undefined> {
    return (await this.applications(taskId)).find((one) => one.executorId === executorId);
  }

  applications(taskId: TaskId): Promise<readonly ExchangeApplication[]> {
    const found = this.#applications.values().filter((one) => one.taskId === taskId);
    return Promise.resolve([...found]);
  }

  appliedBy(executorId: string, most: number): AsyncIterable<ExchangeApplication> {
    const found = this.#applications.values().filter((one) => one.executorId === executorId);
    return rows([...found].toReversed(), most);
  }

  submission(id: string): Promise<ExchangeSubmission | undefined> {
    return Promise.resolve(this.#submissions.get(id));
  }

  executor(id: string): Promise<Executor | undefined> {
    return Promise.resolve(this.#executors.get(id));
  }

  register(executor: Executor): Promise<boolean> {
    return Promise.resolve(putNew(this.#executors, executor.id, executor));
  }

  majorRejects(publisher: Address): Promise<MajorRejects> {
    return Promise.resolve(this.#rejects.get(publisher) ?? { version: 0, times: [] });
  }

  /** Every task there ever was. */
  all(): readonly ExchangeTask[] {
    return [...this.#tasks.values()];
  }

  /** Every version is one more than the version it was made of, and who is rated is known. */
  #isNext({ task, submission, rating, majorRejects }: ExchangeChange): boolean {
    return (
      follows(this.#tasks.get(task.id), task) &&
      follows(submission && this.#submissions.get(submission.id), submission) &&
      follows(majorRejects && this.#rejects.get(task.publisher), majorRejects) &&
      (rating === undefined || this.#executors.has(rating.executorId))
    );
  }

  #rate({ executorId, score }: NonNullable<ExchangeChange['rating']>): void {
    const rated = this.#executors.get(executorId);
    if (rated === undefined) return;
    const { count, sum } = rated.ratings;
    const ratings = { count: count + 1, sum: sum + score };
    this.#executors.set(executorId, { ...rated, ratings });
  }

  #newestFirst(wanted: (task: ExchangeTask) => boolean): readonly ExchangeTask[] {
    return this.all().filter(wanted).toReversed();
  }
}

function putNew<K, T>(map: Map<K, T>, key: K, item: T): boolean {
  if (map.has(key)) return false;
  map.set(key, item);
  return true;
}

function follows(
  before: { readonly version: number } | undefined,
  after: { readonly version: number } | undefined,
): boolean {
  return after === undefined || after.version === (before?.version ?? 0) + 1;
}

/** When the clock, and nobody else, has something to do with a task: at once while its lock is on its way back. */
function dueAt({ status, deadline, escrows }: ExchangeTask): number {
  if (escrows.some((escrow) => escrow.status === 'refunding')) return 0;
  const mayLapse = status === 'published' || status === 'accepted' || status === 'in_progress';
  return mayLapse ? deadline.getTime() : Number.POSITIVE_INFINITY;
}

// an async generator, because that is what a paginated query is
// eslint-disable-next-line @typescript-eslint/require-await
async function* rows<T>(all: readonly T[], most: number): AsyncIterable<T> {
  yield* all.slice(0, most);
}
