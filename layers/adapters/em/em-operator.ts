import type * as z from 'zod';
import {
  ConfigBody,
  HealthBody,
  IdentityBody,
  PageBody,
  PaymentBody,
  PaymentConfigBody,
  ReputationBody,
  SuccessBody,
  TransactionsBody,
} from '#contract/execution-market.ts';
import type { Address, TaskId } from '#contract/ids.ts';
import type { Answer, Task } from '#core/ports/market.ts';
import { type Call, EmHttp } from './em-http.ts';
import { mapped, nothing, TasksReading } from './readings.ts';
import type { EmOptions } from './wire.ts';

/** One page of a listing; filters go out as EM names them (`min_bounty`, `skills` by commas, `after` ...). */
export interface ListingQuery {
  readonly limit: number;
  readonly offset: number;
  readonly filters?: Readonly<Record<string, string>> | undefined;
}

/** What people ask of an Execution Market and agents do not: kept apart, so that the agents' port stays narrow. */
export class EmOperator {
  readonly #http: EmHttp;

  constructor(options: EmOptions) {
    this.#http = new EmHttp(options);
  }

  health(): Promise<Answer<z.output<typeof HealthBody>>> {
    return this.#open('/health', HealthBody);
  }

  config(): Promise<Answer<z.output<typeof ConfigBody>>> {
    return this.#open('/config', ConfigBody);
  }

  /** Contracts and windows that an escrow lock is signed for, by network. */
  paymentConfig(): Promise<Answer<z.output<typeof PaymentConfigBody>>> {
    return this.#open('/h2a/payment-config', PaymentConfigBody);
  }

  available(query: ListingQuery): Promise<Answer<readonly Task[]>> {
    const call = this.#listing('/tasks/available', query);
    return mapped(
      this.#http.call({ ...call, isSigned: false, answer: TasksReading }),
      (body) => body.tasks,
    );
  }

  /** The signer's own tasks, newest first. */
  async own(
    query: ListingQuery,
  ): Promise<Answer<{ readonly tasks: readonly Task[]; readonly hasMore: boolean }>> {
    const answer = TasksReading.extend(PageBody.shape);
    return mapped(this.#http.call({ ...this.#listing('/tasks', query), answer }), (body) => ({
      tasks: body.tasks,
      hasMore: body.has_more ?? false,
    }));
  }

  payment(id: TaskId): Promise<Answer<z.output<typeof PaymentBody>>> {
    return this.#http.call({ method: 'GET', path: `/tasks/${id}/payment`, answer: PaymentBody });
  }

  transactions(id: TaskId): Promise<Answer<z.output<typeof TransactionsBody>>> {
    const path = `/tasks/${id}/transactions`;
    return this.#http.call({ method: 'GET', path, answer: TransactionsBody });
  }

  /** Tells the market again which lock pays for a task. */
  updateEscrow(
    id: TaskId,
    lock: { readonly escrow_tx?: string; readonly payment_info?: object },
  ): Promise<Answer<void>> {
    const path = `/tasks/${id}/escrow`;
    const call = { body: lock, takes: 'UpdateEscrowRequest', answer: SuccessBody } as const;
    return nothing(this.#http.call({ method: 'PATCH', path, ...call }));
  }

  /** `agent`: an ERC-8004 id; a wallet on our own market. */
  reputation(agent: string): Promise<Answer<z.output<typeof ReputationBody>>> {
    return this.#open(`/reputation/agents/${encodeURIComponent(agent)}`, ReputationBody);
  }

  identity(wallet: Address, network: string): Promise<Answer<z.output<typeof IdentityBody>>> {
    return this.#http.call({
      method: 'GET',
      path: `/reputation/identity/wallet/${wallet}`,
      query: { network },
      isSigned: false,
      answer: IdentityBody,
    });
  }

  #open<Schema extends z.ZodType>(path: string, answer: Schema): Promise<Answer<z.output<Schema>>> {
    return this.#http.call({ method: 'GET', path, isSigned: false, answer });
  }

  #listing(
    path: string,
    { limit, offset, filters }: ListingQuery,
  ): Pick<Call<z.ZodType>, 'method' | 'path' | 'query'> {
    return {
      method: 'GET',
      path,
      query: { ...filters, limit: String(limit), offset: String(offset) },
    };
  }
}
