import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, TaskId } from '#contract/ids.ts';
import type { Answer, Application, Market, Submission, Task } from '#core/ports/market.ts';
import { taskId } from './builders.ts';
import type { PaperChain } from './paper-chain.ts';

interface Entry {
  readonly task: Task;
  readonly payment?: PaymentInfo;
  readonly applications: readonly Application[];
  readonly submissions: readonly Submission[];
  /** What the buyer wrote when it sent the work back. */
  readonly complaints: readonly string[];
  readonly ratings: readonly { readonly of: 'worker' | 'agent'; readonly score: number }[];
}

const OK = { ok: true, value: undefined } as const;

function refused(
  kind: 'conflict' | 'missing' | 'unpaid' | 'unavailable',
  status: number,
): Answer<never> {
  return { ok: false, error: { kind, status, reason: kind } };
}
const CONFLICT = refused('conflict', 409);
const MISSING = refused('missing', 404);
const AWAY = refused('unavailable', 503);

/** Execution Market on paper, without signatures: the states, conflicts and settlements that both sides live by. */
export class PaperMarket {
  readonly entries = new Map<TaskId, Entry>();
  /** How many bounties it takes. */
  most = Number.POSITIVE_INFINITY;
  /** It answers nobody. */
  isSilent = false;
  readonly #keys = new Map<string, TaskId>();
  readonly #chain: PaperChain;
  readonly #now: () => Date;

  constructor(chain: PaperChain, now: () => Date) {
    this.#chain = chain;
    this.#now = now;
  }

  /** The market as one wallet meets it. */
  door(self: Address): Market {
    const door = this.#doorOf(self);
    return new Proxy(door, {
      get: (market, name) =>
        this.isSilent ? () => Promise.resolve(AWAY) : (Reflect.get(market, name) as unknown),
    });
  }

  #doorOf(self: Address): Market {
    const executorId = `executor-${self}`;
    return {
      isHealthy: () => Promise.resolve(true),
      register: () => Promise.resolve({ ok: true, value: { executorId } }),
      publish: ({ title, instructions, bounty, skills, deadlineHours }, key) => {
        if (!this.#keys.has(key) && this.#keys.size >= this.most) return Promise.resolve(AWAY);
        const id = this.#keys.get(key) ?? taskId(this.#keys.size + 1);
        const known = this.entries.get(id);
        const deadline = new Date(this.#now().getTime() + deadlineHours * 3_600_000);
        const task: Task = known?.task ?? {
          ...{ id, title, instructions, bounty, skills, deadline, publisher: self },
          ...{ status: 'published', executorId: undefined, escrowTx: undefined },
        };
        this.#keys.set(key, id);
        const fresh = { task, applications: [], submissions: [], complaints: [], ratings: [] };
        this.entries.set(id, known ?? fresh);
        return Promise.resolve({ ok: true, value: task });
      },
      task: (id) => this.#read(id, ({ task }) => task),
      applications: (id) => this.#read(id, ({ applications }) => applications),
      submissions: (id) => this.#read(id, ({ submissions }) => submissions),
      available: ({ skill, limit }) => {
        const open = [...this.entries.values()].filter(
          ({ task }) => task.status === 'published' && task.skills.includes(skill),
        );
        return Promise.resolve({ ok: true, value: open.slice(0, limit).map(({ task }) => task) });
      },
      cancel: (id) =>
        this.#move(id, ['published'], (entry) => withTask(entry, { status: 'cancelled' })),
      apply: (id) =>
        this.#move(id, ['published'], (entry) =>
          entry.applications.some((application) => application.executorId === executorId)
            ? undefined
            : {
                ...entry,
                applications: [
                  ...entry.applications,
                  {
                    ...{ id: `application-${self}`, executorId, wallet: self },
                    ...{ status: 'pending', appliedAt: this.#now() },
                  },
                ],
              },
        ),
      assign: (id, { executorId: chosen, escrowTx, paymentInfo }) => {
        if (!this.#chain.ends().includes('locked')) return Promise.resolve(refused('unpaid', 402));
        const status = { status: 'accepted', executorId: chosen, escrowTx } as const;
        return this.#move(id, ['published'], (entry) => ({
          ...withTask(entry, status),
          payment: paymentInfo,
        }));
      },
      submit: (id, { evidence }) =>
        this.#move(id, ['accepted', 'in_progress'], (entry) => ({
          ...withTask(entry, { status: 'submitted' }),
          // one row per task and executor: work that is handed in again replaces it
          submissions: [
            ...entry.submissions.filter((submission) => submission.executorId !== executorId),
            {
              ...{ id: `${id}/${executorId}`, executorId, evidence },
              ...{ verdict: 'pending', submittedAt: this.#now() },
            },
          ],
        })),
      approve: (submissionId) => this.#approve(submissionId),
      reject: (submissionId, verdict) => this.#reject(submissionId, verdict),
      requestMoreInfo: (submissionId, notes) => this.#askMore(submissionId, notes),
      rateWorker: (id, { score }) => this.#rate(id, { of: 'worker', score }),
      rateAgent: (id, { score }) => this.#rate(id, { of: 'agent', score }),
    };
  }

  async #approve(submissionId: string): ReturnType<Market['approve']> {
    const entry = this.#ofSubmission(submissionId);
    if (entry?.payment === undefined) return MISSING;
    if (entry.task.status !== 'submitted' && entry.task.status !== 'completed') return CONFLICT;
    const settled = await this.#chain.release(entry.payment);
    if (settled.kind !== 'settled') return CONFLICT;
    this.#put(withVerdict(withTask(entry, { status: 'completed' }), 'accepted'));
    return { ok: true, value: { releaseTx: settled.tx } };
  }

  #askMore(submissionId: string, notes: string): Promise<Answer<void>> {
    const entry = this.#ofSubmission(submissionId);
    if (entry === undefined) return Promise.resolve(MISSING);
    if (entry.task.status !== 'submitted') return Promise.resolve(CONFLICT);
    const back = withTask(complained(entry, notes), { status: 'in_progress' });
    this.#put(withVerdict(back, 'more_info_requested'));
    return Promise.resolve(OK);
  }

  async #reject(
    submissionId: string,
    { severity, notes }: Parameters<Market['reject']>[1],
  ): Promise<Answer<void>> {
    const entry = this.#ofSubmission(submissionId);
    if (entry?.payment === undefined) return MISSING;
    if (entry.task.status !== 'submitted') return CONFLICT;
    if (severity === 'major') await this.#chain.refund(entry.payment);
    const task =
      severity === 'minor'
        ? ({ status: 'in_progress' } as const)
        : ({ status: 'published', executorId: undefined, escrowTx: undefined } as const);
    this.#put(withVerdict(withTask(complained(entry, notes), task), 'rejected'));
    return OK;
  }

  #rate(id: TaskId, rating: Entry['ratings'][number]): Promise<Answer<void>> {
    return this.#move(id, ['completed'], (entry) =>
      entry.ratings.some(({ of }) => of === rating.of)
        ? undefined
        : { ...entry, ratings: [...entry.ratings, rating] },
    );
  }

  #read<T>(id: TaskId, what: (entry: Entry) => T): Promise<Answer<T>> {
    const entry = this.entries.get(id);
    return Promise.resolve(entry === undefined ? MISSING : { ok: true, value: what(entry) });
  }

  #move(
    id: TaskId,
    from: readonly Task['status'][],
    to: (entry: Entry) => Entry | undefined,
  ): Promise<Answer<void>> {
    const entry = this.entries.get(id);
    if (entry === undefined) return Promise.resolve(MISSING);
    const moved = from.includes(entry.task.status) ? to(entry) : undefined;
    if (moved === undefined) return Promise.resolve(CONFLICT);
    this.#put(moved);
    return Promise.resolve(OK);
  }

  #ofSubmission(submissionId: string): Entry | undefined {
    return this.entries
      .values()
      .find(({ submissions }) => submissions.some(({ id }) => id === submissionId));
  }

  #put(entry: Entry): void {
    this.entries.set(entry.task.id, entry);
  }
}

function withTask(entry: Entry, change: Partial<Task>): Entry {
  return { ...entry, task: { ...entry.task, ...change } };
}

function complained(entry: Entry, notes: string): Entry {
  return { ...entry, complaints: [...entry.complaints, notes] };
}

function withVerdict(entry: Entry, verdict: Submission['verdict']): Entry {
  const judged = entry.submissions.map((submission) =>
    submission.verdict === 'pending' ? { ...submission, verdict } : submission,
  );
  return { ...entry, submissions: judged };
}
