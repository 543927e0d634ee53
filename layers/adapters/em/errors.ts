import * as z from 'zod';
import type { ErrorBody } from '#contract/execution-market.ts';
import type { MarketError } from '#core/ports/market.ts';

const MAX_REASON = 300;

const NeedsIdentity = z.object({ detail: z.object({ error: z.literal('identity_required') }) });

/** EM's first ban; it does not say how long one lasts. */
const BAN_MS = 2 * 3_600_000;

/**
 * By status, by EM's one code within a 403, and by the shape of its body: the market's words are for people and change. What a
 * gateway in front of it says in a page of its own is nothing that the market said of a task.
 */
export function errorOf(
  status: number,
  body: z.infer<typeof ErrorBody> | undefined,
  retryAfter: number | undefined,
): MarketError {
  const kind = kindOf(status, body);
  const asked = retryAfter ?? (body?.retry_after && body.retry_after * 1000);
  const retryAfterMs = asked ?? (kind === 'limited' && status === 403 ? BAN_MS : undefined);
  return {
    kind,
    status,
    reason: reasonOf(body).slice(0, MAX_REASON),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(body?.errors && { fields: body.errors }),
  };
}

/** What the market would refuse as it is, found before it was sent; undefined when nothing is wrong with it. */
export function unsendable(takes: z.ZodType, body: unknown): MarketError | undefined {
  const { error } = takes.safeParse(body);
  if (!error) return undefined;
  const fields = error.issues.map(({ path, message }) => ({
    field: ['body', ...path.map(String)].join('.'),
    message,
  }));
  const reason = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return { kind: 'invalid', status: 0, reason: `not sent: ${reason}`.slice(0, MAX_REASON), fields };
}

/** The call got no answer that can be used: it may have happened or not. */
export function unanswered(status: number, reason: string): MarketError {
  return { kind: 'unavailable', status, reason: reason.slice(0, MAX_REASON) };
}

const KINDS: Readonly<Record<number, MarketError['kind']>> = {
  401: 'unauthorized',
  402: 'unpaid',
  404: 'missing',
  409: 'conflict',
  410: 'missing',
  429: 'limited',
};

/** Deals end by these: they must be the market's own. */
const ABOUT_A_TASK = new Set<MarketError['kind']>(['unpaid', 'missing', 'conflict']);

function kindOf(status: number, body: z.infer<typeof ErrorBody> | undefined): MarketError['kind'] {
  if (status < 400 || status >= 500) return 'unavailable';
  if (status === 403) return kindOfForbidden(body);
  const kind = KINDS[status] ?? 'invalid';
  return ABOUT_A_TASK.has(kind) && body === undefined ? 'unavailable' : kind;
}

/** EM says `detail` of what was asked for, `error` of who asks: an address that is banned is told nothing of any task. */
function kindOfForbidden(body: z.infer<typeof ErrorBody> | undefined): MarketError['kind'] {
  if (NeedsIdentity.safeParse(body).success) return 'unidentified';
  if (body?.detail !== undefined) return 'forbidden';
  return body?.error === undefined ? 'unavailable' : 'limited';
}

function reasonOf(body: z.infer<typeof ErrorBody> | undefined): string {
  if (!body) return 'no readable answer';
  const fields = body.errors?.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const words = body.detail ?? body.message ?? body.error ?? '';
  const text = typeof words === 'string' ? words : JSON.stringify(words);
  return fields === undefined ? text : `${text}: ${fields}`;
}

/** `Retry-After` (RFC 9110, 10.2.3), seconds or a date, as milliseconds from `now`; undefined when it is neither. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** What the client threw, as an error of the market: nothing is known of the call. */
export function thrown(error: unknown): MarketError {
  if (error instanceof Refused) return error.error;
  return unanswered(0, error instanceof Error ? words(error) : String(error));
}

/** An answer that is an error, on its way through code that knows exceptions only. */
export class Refused extends Error {
  readonly error: MarketError;

  constructor(error: MarketError) {
    super(error.reason);
    this.error = error;
  }
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function words({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
