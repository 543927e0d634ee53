import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import type { Count, DynamoCounters } from '#adapters/dynamodb/market/counters.ts';
import type { Address } from '#contract/ids.ts';
import { EM_LIMITS } from '#core/exchange/limits.ts';
import type { MarketVariables } from './answers.ts';
import type { Services } from './services.ts';

type AnyContext = Context<MarketVariables>;

/** What API Gateway says of the caller: unlike a header, the caller cannot choose it. */
const Event = z.object({
  event: z.object({ requestContext: z.object({ http: z.object({ sourceIp: z.string() }) }) }),
});

/** Execution Market's limits, with its answers; does nothing in the `own` profile (`facts/execution-market.md` sections 1.9, 1.10). */
export function limited({ counters }: Services): MiddlewareHandler<MarketVariables> {
  return async (c, next) => {
    if (!counters) return next();
    const ip = addressOf(c);
    if (await counters.isBanned(ip)) {
      return c.json({ error: 'Temporarily banned due to excessive requests' }, 403);
    }
    const count = await counters.count(EM_LIMITS.ip, ip);
    if (count.isOver) return tooMany(c, counters, { ...count, type: 'ip' });
    await next();
    c.header('x-ratelimit-remaining', String(count.left));
    c.header('x-ratelimit-tier', 'STARTER');
  };
}

/** A 429 when this wallet has signed too much; undefined when not. */
export async function limitedWallet(
  c: AnyContext,
  wallet: Address,
  { counters }: Services,
): Promise<Response | undefined> {
  if (!counters) return undefined;
  const count = await counters.count(EM_LIMITS.wallet, wallet);
  return count.isOver ? tooMany(c, counters, { ...count, type: 'wallet' }) : undefined;
}

/** The nonce endpoint has a limit and words of its own. */
export async function limitedNonce(
  c: AnyContext,
  { counters }: Services,
): Promise<Response | undefined> {
  const count = await counters?.count(EM_LIMITS.nonce, addressOf(c));
  if (!counters || !count?.isOver) return undefined;
  await refusedOnceMore(c, counters);
  return c.json({ error: 'Rate limit exceeded for nonce generation' }, 429);
}

async function tooMany(
  c: AnyContext,
  counters: DynamoCounters,
  { resetsIn, type }: Count & { readonly type: string },
): Promise<Response> {
  await refusedOnceMore(c, counters);
  return c.json(
    {
      error: 'rate_limit_exceeded',
      message: `Too many requests: try again in ${resetsIn} s`,
      retry_after: resetsIn,
    },
    429,
    { 'retry-after': String(resetsIn), 'x-ratelimit-remaining': '0', 'x-ratelimit-type': type },
  );
}

/** Who goes on asking although told not to is banned for hours. */
async function refusedOnceMore(c: AnyContext, counters: DynamoCounters): Promise<void> {
  const ip = addressOf(c);
  const { isOver } = await counters.count(EM_LIMITS.refusals, ip);
  if (isOver) await counters.ban(ip);
}

function addressOf(c: AnyContext): string {
  const parsed = Event.safeParse(c.env);
  return parsed.success ? parsed.data.event.requestContext.http.sourceIp : 'unknown';
}
