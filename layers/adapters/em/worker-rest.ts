import { RatedBody, RegisteredBody, SuccessBody } from '#contract/execution-market.ts';
import type { TaskId } from '#contract/ids.ts';
import type { Answer, Market, Task } from '#core/ports/market.ts';
import type { EmHttp } from './em-http.ts';
import { mapped, nothing, TasksReading } from './readings.ts';

/** What a seller does on the market: its own port, because production EM takes a worker's signature by MCP only. */
export type WorkerHalf = Pick<Market, 'register' | 'available' | 'apply' | 'submit' | 'rateAgent'>;

/** The worker's half over REST, as our own market takes it. */
export class RestWorker implements WorkerHalf {
  readonly #http: EmHttp;
  readonly #wallet: string;

  constructor(http: EmHttp, wallet: string) {
    this.#http = http;
    this.#wallet = wallet;
  }

  register(displayName: string): Promise<Answer<{ readonly executorId: string }>> {
    const answer = this.#http.call({
      method: 'POST',
      path: '/workers/register',
      body: { wallet_address: this.#wallet, name: displayName },
      takes: 'RegisterWorkerRequest',
      isSigned: false,
      answer: RegisteredBody,
    });
    return mapped(answer, ({ data }) => ({ executorId: data.executor_id }));
  }

  available(filter: {
    readonly skill: string;
    readonly limit: number;
  }): Promise<Answer<readonly Task[]>> {
    const answer = this.#http.call({
      method: 'GET',
      path: '/tasks/available',
      query: { skills: filter.skill, limit: String(filter.limit) },
      isSigned: false,
      answer: TasksReading,
    });
    return mapped(answer, ({ tasks }) => tasks);
  }

  apply(
    id: TaskId,
    { executorId, message }: { readonly executorId: string; readonly message: string },
  ): Promise<Answer<void>> {
    return nothing(
      this.#http.call({
        method: 'POST',
        path: `/tasks/${id}/apply`,
        body: { executor_id: executorId, message },
        takes: 'ApplyRequest',
        answer: SuccessBody,
      }),
    );
  }

  submit(
    id: TaskId,
    work: {
      readonly executorId: string;
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly notes: string;
    },
  ): Promise<Answer<void>> {
    return nothing(
      this.#http.call({
        method: 'POST',
        path: `/tasks/${id}/submit`,
        body: { executor_id: work.executorId, evidence: work.evidence, notes: work.notes },
        takes: 'SubmitRequest',
        answer: SuccessBody,
      }),
    );
  }

  rateAgent(
    id: TaskId,
    { score, comment }: { readonly score: number; readonly comment: string },
  ): Promise<Answer<void>> {
    return nothing(
      this.#http.call({
        method: 'POST',
        path: '/reputation/agents/rate',
        body: { task_id: id, score, comment },
        takes: 'RateAgentRequest',
        answer: RatedBody,
      }),
    );
  }
}
