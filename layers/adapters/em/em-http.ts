import type * as z from 'zod';
import type * as Requests from '#contract/execution-market-requests.ts';
import type { Answer, MarketError } from '#core/ports/market.ts';
import { thrown, unanswered, unsendable } from './errors.ts';
import { type Answered, type EmOptions, errorIn, jsonOf, send } from './wire.ts';

/** A body that the market takes, by its schema's name: the schemas are loaded when something is first sent, which most beats never do. */
export type Body = keyof typeof Requests & `${string}Request`;

export interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below `/api/v1`, already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** What the market takes as this body: anything else is not sent. */
  readonly takes?: Body;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for what anyone may ask: spares both sides a nonce. @default true */
  readonly isSigned?: boolean;
  /** What an answer must have to be one. */
  readonly answer: Schema;
}

/** Signed JSON over HTTP to one Execution Market. Whatever goes wrong is a value; nothing is retried here. */
export class EmHttp {
  readonly options: EmOptions;

  constructor(options: EmOptions) {
    this.options = options;
  }

  async call<Schema extends z.ZodType>(call: Call<Schema>): Promise<Answer<z.output<Schema>>> {
    const wrong = await wrongIn(call);
    if (wrong) return { ok: false, error: wrong };
    let answered: Answered;
    try {
      answered = await this.#send(call);
    } catch (error) {
      return { ok: false, error: thrown(error) };
    }
    const error = errorIn(answered, this.options.now());
    if (error) return { ok: false, error };
    const parsed = call.answer.safeParse(jsonOf(answered.bytes));
    if (parsed.success) return { ok: true, value: parsed.data };
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    const reason = `unknown answer: ${where}: ${issue?.message ?? ''}`;
    return { ok: false, error: unanswered(answered.response.status, reason) };
  }

  #send({ method, path, isSigned = true, ...call }: Call<z.ZodType>): Promise<Answered> {
    const query = new URLSearchParams(call.query).toString();
    const origin = `${this.options.url.replace(/\/$/, '')}/`;
    const url = new URL(`api/v1${path}${query && `?${query}`}`, origin).href;
    const body = call.body && JSON.stringify(call.body);
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...call.headers,
    };
    return send({ method, url, headers, body, isSigned }, this.options);
  }
}

async function wrongIn({
  takes,
  body,
}: Pick<Call<z.ZodType>, 'takes' | 'body'>): Promise<MarketError | undefined> {
  if (takes === undefined) return undefined;
  const requests = await import('#contract/execution-market-requests.ts');
  return unsendable(requests[takes], body);
}
