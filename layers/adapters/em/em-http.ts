import type * as z from 'zod';
import { type Signer, signRequest } from '#adapters/erc8128/sign.ts';
import { ErrorBody } from '#contract/execution-market.ts';
import type { Answer } from '#core/ports/market.ts';
import { errorOf, retryAfterMs, unanswered } from './errors.ts';

/** Evidence is at most 1 MB; a list of submissions holds a few. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface EmOptions {
  /** Origin of the market, without `/api/v1`. */
  readonly url: string;
  readonly signer: Signer;
  readonly now: () => Date;
  /** @default - 29 s: a release waits for the chain, and no HTTP API waits longer than 30 s */
  readonly timeoutMs?: number;
  /** @default - the runtime's */
  readonly fetch?: typeof globalThis.fetch;
}

export interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v1`, already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for what anyone may ask: spares both sides a nonce. @default true */
  readonly isSigned?: boolean;
  /** What an answer must have to be one. */
  readonly answer: Schema;
}

/** Signed JSON over HTTP to one Execution Market. Whatever goes wrong is a value; nothing is retried here. */
export class EmHttp {
  readonly #options: EmOptions;

  constructor(options: EmOptions) {
    this.#options = options;
  }

  async call<Schema extends z.ZodType>(call: Call<Schema>): Promise<Answer<z.output<Schema>>> {
    const answered = await this.#send(call).catch(asError);
    if (answered instanceof Error) return { ok: false, error: unanswered(0, words(answered)) };

    const { response, json } = answered;
    if (!response.ok) {
      const body = ErrorBody.safeParse(json);
      const wait = retryAfterMs(response.headers.get('retry-after'), this.#options.now());
      return { ok: false, error: errorOf(response.status, body.data, wait) };
    }
    const parsed = call.answer.safeParse(json);
    if (parsed.success) return { ok: true, value: parsed.data };
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    const reason = `unknown answer: ${where}: ${issue?.message ?? ''}`;
    return { ok: false, error: unanswered(response.status, reason) };
  }

  async #send(call: Call<z.ZodType>): Promise<{ response: Response; json: unknown }> {
    const { url: origin, timeoutMs = 29_000, fetch = globalThis.fetch } = this.#options;
    const query = new URLSearchParams(call.query).toString();
    const url = new URL(
      `api/v1${call.path}${query && `?${query}`}`,
      `${origin.replace(/\/$/, '')}/`,
    );
    const body = call.body && JSON.stringify(call.body);
    const headers = await this.#headers(call, url.href, body);
    const response = await fetch(url, {
      method: call.method,
      headers,
      // a redirect would carry a signature for another path, and perhaps to another host
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body }),
    });
    return { response, json: await readJson(response) };
  }

  #headers(
    { method, headers, isSigned = true }: Call<z.ZodType>,
    url: string,
    body: string | undefined,
  ): Promise<Record<string, string>> {
    const all = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    if (!isSigned) return Promise.resolve(all);
    const { signer, now } = this.#options;
    return signRequest({ method, url, headers: all, body }, signer, {
      now: Math.floor(now().getTime() / 1000),
    });
  }
}

/** The JSON of an answer that is not too large; undefined when it is no JSON. */
async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer exceeds ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function words({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
