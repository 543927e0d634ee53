import type { PaymentInfo } from '#contract/escrow.ts';
import {
  ApprovedBody,
  HealthBody,
  IdentityBody,
  paymentInfoBody,
  RatedBody,
  SuccessBody,
} from '#contract/execution-market.ts';
import { type Address, type TaskId, TxHash } from '#contract/ids.ts';
import { toUsdNumber } from '#contract/money.ts';
import type {
  Answer,
  Application,
  BountyRequest,
  Market,
  Submission,
  Task,
} from '#core/ports/market.ts';
import { type Body, EmHttp } from './em-http.ts';
import {
  ApplicationsReading,
  mapped,
  nothing,
  SubmissionsReading,
  taskReading,
} from './readings.ts';
import type { EmOptions } from './wire.ts';
import { RestWorker, type WorkerHalf } from './worker-rest.ts';

/**
 * An Execution Market over REST, every call that needs it signed by ERC-8128. Each call is one request: when to try again is
 * for the caller, by the kind of the error. Source: `facts/execution-market.md` section 1.
 */
export class EmMarket implements Market {
  readonly #http: EmHttp;
  readonly #network: 'base' | 'base-sepolia';
  readonly #worker: WorkerHalf;

  constructor(
    options: EmOptions & {
      /** EM's name of the network that bounties are paid on. */
      readonly network: 'base' | 'base-sepolia';
      /** @default - REST, which production EM refuses */
      readonly worker?: WorkerHalf;
    },
  ) {
    this.#http = new EmHttp(options);
    this.#network = options.network;
    this.#worker = options.worker ?? new RestWorker(this.#http, options.signer.address);
  }

  async isHealthy(): Promise<boolean> {
    const answer = await this.#http.call({
      method: 'GET',
      path: '/health',
      isSigned: false,
      answer: HealthBody,
    });
    return answer.ok;
  }

  publish(request: BountyRequest, idempotencyKey: string): Promise<Answer<Task>> {
    return this.#http.call({
      method: 'POST',
      path: '/tasks',
      headers: { 'x-idempotency-key': idempotencyKey },
      body: {
        title: request.title,
        instructions: request.instructions,
        category: 'data_processing',
        bounty_usd: toUsdNumber(request.bounty),
        deadline_hours: request.deadlineHours,
        evidence_required: ['json_response'],
        target_executor: 'agent',
        payment_network: this.#network,
        payment_token: 'USDC',
        skills_required: request.skills,
        agent_name: request.agentName,
      },
      takes: 'CreateTaskRequest',
      answer: taskReading,
    });
  }

  task(id: TaskId): Promise<Answer<Task>> {
    return this.#http.call({ method: 'GET', path: `/tasks/${id}`, answer: taskReading });
  }

  cancel(id: TaskId, reason: string): Promise<Answer<void>> {
    return this.#change(`/tasks/${id}/cancel`, { body: { reason }, takes: 'CancelRequest' });
  }

  applications(id: TaskId): Promise<Answer<readonly Application[]>> {
    const answer = this.#http.call({
      method: 'GET',
      path: `/tasks/${id}/applications`,
      answer: ApplicationsReading,
    });
    return mapped(answer, ({ applications }) => applications);
  }

  assign(
    id: TaskId,
    choice: {
      readonly executorId: string;
      readonly escrowTx: TxHash;
      readonly paymentInfo: PaymentInfo;
    },
  ): Promise<Answer<void>> {
    const body = {
      executor_id: choice.executorId,
      escrow_tx: choice.escrowTx,
      payment_info: paymentInfoBody(choice.paymentInfo),
    };
    return this.#change(`/tasks/${id}/assign`, { body, takes: 'AssignRequest' });
  }

  submissions(id: TaskId): Promise<Answer<readonly Submission[]>> {
    const answer = this.#http.call({
      method: 'GET',
      path: `/tasks/${id}/submissions`,
      answer: SubmissionsReading,
    });
    return mapped(answer, ({ submissions }) => submissions);
  }

  approve(
    submissionId: string,
    { score, notes }: { readonly score: number; readonly notes: string },
  ): Promise<Answer<{ readonly releaseTx: TxHash | undefined }>> {
    const answer = this.#http.call({
      method: 'POST',
      path: `/submissions/${encodeURIComponent(submissionId)}/approve`,
      body: { notes, rating_score: score },
      takes: 'ApproveRequest',
      answer: ApprovedBody,
    });
    return mapped(answer, ({ data }) => ({
      releaseTx: TxHash.safeParse(data.escrow_release_tx ?? data.payment_tx).data,
    }));
  }

  reject(
    submissionId: string,
    verdict: { readonly severity: 'minor' | 'major'; readonly notes: string },
  ): Promise<Answer<void>> {
    const { severity, notes } = verdict;
    const path = `/submissions/${encodeURIComponent(submissionId)}/reject`;
    return this.#change(path, { body: { severity, notes }, takes: 'RejectRequest' });
  }

  requestMoreInfo(submissionId: string, notes: string): Promise<Answer<void>> {
    const path = `/submissions/${encodeURIComponent(submissionId)}/request-more-info`;
    return this.#change(path, { body: { notes }, takes: 'MoreInfoRequest' });
  }

  /** The ERC-8004 id that the market knows a wallet by. */
  async identityOf(wallet: Address): Promise<bigint | undefined> {
    const answer = await this.#http.call({
      method: 'GET',
      path: `/reputation/identity/wallet/${wallet}`,
      query: { network: this.#network },
      isSigned: false,
      answer: IdentityBody,
    });
    const id = answer.ok ? String(answer.value.agent_id ?? '') : '';
    return /^\d{1,78}$/.test(id) ? BigInt(id) : undefined;
  }

  rateWorker(
    id: TaskId,
    rating: { readonly worker: Address; readonly score: number; readonly comment: string },
  ): Promise<Answer<void>> {
    const { worker, score, comment } = rating;
    return nothing(
      this.#http.call({
        method: 'POST',
        path: '/reputation/workers/rate',
        body: { task_id: id, worker_address: worker, score, comment },
        takes: 'RateWorkerRequest',
        answer: RatedBody,
      }),
    );
  }

  register(displayName: string): ReturnType<Market['register']> {
    return this.#worker.register(displayName);
  }

  available(filter: Parameters<Market['available']>[0]): ReturnType<Market['available']> {
    return this.#worker.available(filter);
  }

  apply(id: TaskId, application: Parameters<Market['apply']>[1]): ReturnType<Market['apply']> {
    return this.#worker.apply(id, application);
  }

  submit(id: TaskId, work: Parameters<Market['submit']>[1]): ReturnType<Market['submit']> {
    return this.#worker.submit(id, work);
  }

  rateAgent(
    id: TaskId,
    rating: Parameters<Market['rateAgent']>[1],
  ): ReturnType<Market['rateAgent']> {
    return this.#worker.rateAgent(id, rating);
  }

  #change(
    path: string,
    change: { readonly body: object; readonly takes: Body },
  ): Promise<Answer<void>> {
    return nothing(this.#http.call({ method: 'POST', path, ...change, answer: SuccessBody }));
  }
}
