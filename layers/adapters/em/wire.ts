import { type SignableRequest, type Signer, signRequest } from '#adapters/erc8128/sign.ts';
import { ErrorBody } from '#contract/execution-market.ts';
import type { MarketError } from '#core/ports/market.ts';
import { errorOf, Refused, retryAfterMs } from './errors.ts';

/** Evidence is at most 1 MB; a list of submissions holds a few. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** How long to keep away after a 429 that does not say. */
const UNSAID_MS = 60_000;

/** Leave to send one request. Whoever gets no answer says nothing: it may have been refused. */
export interface Turn {
  /** It was answered, and not refused for asking too much. */
  served(): Promise<void>;
  /** It was refused for asking too much: nobody gets a turn before so many ms have passed. */
  refused(ms: number): Promise<void>;
}

/** Keeps all who share one address within a market's limits. */
export interface Pacer {
  /** Waits for a turn; when that would take too long it does not wait and says how many ms it would. */
  turn(): Promise<Turn | number>;
}

export interface EmOptions {
  /** Origin of the market, without `/api/v1`. */
  readonly url: string;
  readonly signer: Signer;
  readonly now: () => Date;
  /** @default - 29 s: a release waits for the chain, and no HTTP API waits longer than 30 s */
  readonly timeoutMs?: number;
  /** @default - every request goes out at once */
  readonly pacer?: Pacer | undefined;
  /** Told of each request that was answered with 429 or 5xx, or not at all. @default - nobody counts */
  readonly onTrouble?: (() => void) | undefined;
  /** @default - the runtime's */
  readonly fetch?: typeof globalThis.fetch;
}

/** One answer, read whole. */
export interface Answered {
  readonly response: Response;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * One request and its whole answer. A redirect is an error: it would carry a signature for another path, and perhaps to another host.
 * @throws Refused when the swarm must wait; what fetch throws
 */
export async function send(
  request: SignableRequest & { readonly isSigned: boolean },
  options: EmOptions,
): Promise<Answered> {
  const turn = await options.pacer?.turn();
  if (typeof turn === 'number') throw new Refused(mustWait(turn));
  const response = await heard(request, options);
  const answered = { response, bytes: await readWhole(response) };
  const error = errorIn(answered, options.now());
  await (error?.kind === 'limited'
    ? turn?.refused(error.retryAfterMs ?? UNSAID_MS)
    : turn?.served());
  return answered;
}

/** Its answer, of which whoever counts troubles hears when it is one. */
async function heard(request: Parameters<typeof sendNow>[0], options: EmOptions) {
  try {
    const response = await sendNow(request, options);
    if (response.status === 429 || response.status >= 500) options.onTrouble?.();
    return response;
  } catch (error) {
    options.onTrouble?.();
    throw error;
  }
}

async function sendNow(
  request: SignableRequest & { readonly isSigned: boolean },
  { signer, now, timeoutMs = 29_000, fetch = globalThis.fetch }: EmOptions,
): Promise<Response> {
  const { method, url, body, isSigned } = request;
  const headers = isSigned
    ? await signRequest(request, signer, { now: Math.floor(now().getTime() / 1000) })
    : request.headers;
  return fetch(url, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(headers && { headers }),
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
}

function mustWait(retryAfterMs: number): MarketError {
  const reason = 'the swarm has used up what the market allows for now';
  return { kind: 'limited', status: 0, reason, retryAfterMs };
}

/** The error that an answer is; undefined when it is none. */
export function errorIn({ response, bytes }: Answered, now: Date): MarketError | undefined {
  if (response.ok) return undefined;
  const body = ErrorBody.safeParse(jsonOf(bytes));
  const wait = retryAfterMs(response.headers.get('retry-after'), now);
  return errorOf(response.status, body.data, wait);
}

/** The JSON of an answer; undefined when it is none. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

/** @throws when it is larger than any answer is */
export async function readWhole({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer exceeds ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
