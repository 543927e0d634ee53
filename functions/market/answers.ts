import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type * as z from 'zod';
import type { Address } from '#contract/ids.ts';
import type { Refusal } from '#core/exchange/refusal.ts';

/** Who signed the request, once `signed` let it through. */
export interface MarketVariables {
  Variables: { agent: Address };
}
export type Ctx = Context<MarketVariables>;

/** Evidence must fit into one item of the table with room to spare; EM takes 1 MB. */
export const MAX_BODY_BYTES = 256 * 1024;

const STATUS = {
  invalid: 400,
  unpaid: 402,
  forbidden: 403,
  unidentified: 403,
  missing: 404,
  conflict: 409,
  limited: 429,
} as const;

export function refuse(c: Ctx, { kind, detail, retryAfterMs }: Refusal): Response {
  if (kind === 'unidentified') {
    const wallet = c.get('agent');
    return c.json({ detail: { error: 'identity_required', message: detail, wallet } }, 403);
  }
  if (retryAfterMs === undefined) return c.json({ detail }, STATUS[kind]);
  const seconds = Math.ceil(retryAfterMs / 1000);
  return c.json({ detail, retry_after: seconds }, STATUS[kind], { 'retry-after': String(seconds) });
}

/** EM's `SuccessResponse`. */
export function done(
  c: Ctx,
  message: string,
  data: Record<string, unknown> | null = null,
): Response {
  return c.json({ success: true, message, data });
}

/** Eight hex digits that an answer and a log line share. */
export function reference(): string {
  return randomBytes(4).toString('hex');
}

/** The chain or the facilitator did not answer: a 502, and the caller may ask again. */
export class UpstreamError extends Error {}

/** A value, or the answer to send instead. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly answer: Response };

/** The JSON body by its schema, or a 413 or 422 as FastAPI answers it. */
export async function readBody<T extends z.ZodType>(c: Ctx, schema: T): Promise<Read<z.output<T>>> {
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > MAX_BODY_BYTES) {
    const detail = `Request body too large: at most ${MAX_BODY_BYTES} bytes, send a URL and its sha256`;
    return { ok: false, answer: c.json({ detail }, 413) };
  }
  const json = parseJson(bytes);
  if (!json.ok) {
    const error = { field: 'body', message: 'JSON decode error', type: 'json_invalid' };
    return { ok: false, answer: c.json({ detail: 'Validation error', errors: [error] }, 422) };
  }
  return check(c, 'body', { schema, value: json.value });
}

/** Path or query parameters by their schema. */
export function check<T extends z.ZodType>(
  c: Ctx,
  where: 'body' | 'path' | 'query',
  { schema, value }: { readonly schema: T; readonly value: unknown },
): Read<z.output<T>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(where, issue));
  return { ok: false, answer: c.json({ detail: 'Validation error', errors }, 422) };
}

/** No body at all is an empty one. */
function parseJson(bytes: ArrayBuffer): { ok: true; value: unknown } | { ok: false } {
  if (bytes.byteLength === 0) return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { ok: false };
  }
}

interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly type: string;
}

/** One zod issue in pydantic's words (`facts/execution-market.md` section 1.9). */
function fieldErrors(where: string, issue: z.core.$ZodIssue): FieldError[] {
  const field = [where, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: `${field}.${key}`,
      message: 'Extra inputs are not permitted',
      type: 'extra_forbidden',
    }));
  }
  return [{ field, ...explained(issue) }];
}

function explained(issue: z.core.$ZodIssue): Omit<FieldError, 'field'> {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { message: 'Field required', type: 'missing' }
        : { message: `Input should be a valid ${issue.expected}`, type: `${issue.expected}_type` };
    case 'too_small':
      return bound(issue, issue.minimum, issue.inclusive === false ? 'greater than' : 'least');
    case 'too_big':
      return bound(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'most');
    case 'invalid_value':
      return { message: `Input should be ${issue.values.map(quoted).join(', ')}`, type: 'enum' };
    case 'invalid_format':
      return {
        message: `String should match pattern '${issue.pattern ?? issue.format}'`,
        type: 'string_pattern_mismatch',
      };
    default:
      return { message: issue.message, type: 'value_error' };
  }
}

function bound(
  { origin }: { readonly origin: string },
  limit: number | bigint,
  side: 'greater than' | 'less than' | 'least' | 'most',
): Omit<FieldError, 'field'> {
  const isLow = side === 'least' || side === 'greater than';
  if (origin === 'string') {
    return {
      message: `String should have at ${isLow ? 'least' : 'most'} ${limit.toString()} characters`,
      type: isLow ? 'string_too_short' : 'string_too_long',
    };
  }
  if (origin === 'array') {
    return {
      message: `List should have at ${isLow ? 'least' : 'most'} ${limit.toString()} items`,
      type: isLow ? 'too_short' : 'too_long',
    };
  }
  return number(side, limit);
}

function number(side: string, limit: number | bigint): Omit<FieldError, 'field'> {
  const words: Record<string, readonly [string, string]> = {
    least: ['greater than or equal to', 'greater_than_equal'],
    most: ['less than or equal to', 'less_than_equal'],
    'greater than': ['greater than', 'greater_than'],
    'less than': ['less than', 'less_than'],
  };
  const [phrase, type] = words[side] ?? [side, 'value_error'];
  return { message: `Input should be ${phrase} ${limit.toString()}`, type };
}

function quoted(value: z.core.util.Primitive): string {
  return `'${String(value)}'`;
}
