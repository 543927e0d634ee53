import type { MiddlewareHandler } from 'hono';
import { verifyRequest } from '#adapters/erc8128/verify.ts';
import type { Address } from '#contract/ids.ts';
import type { Ctx, MarketVariables } from './answers.ts';
import { limitedWallet } from './limits.ts';
import type { Services } from './services.ts';

/** EM admits whoever does not sign as its own platform agent; it owns nothing. */
const ANONYMOUS: Address = '0x0000000000000000000000000000000000000000';

const AUTHENTICATE = { 'www-authenticate': 'ERC8128 realm="execution-market"' };

/** Lets only signed requests through; `agent` is the wallet that signed. */
export function signed(services: Services): MiddlewareHandler<MarketVariables> {
  return async (c, next) => {
    const detail = 'Authentication required — provide ERC-8128 signature or Bearer token';
    if (!c.req.header('signature')) return c.json({ detail }, 401);
    const refusal = await verified(c, services);
    return refusal ?? next();
  };
}

/** Reads: unsigned requests are anonymous, a bad signature is still refused. */
export function maybeSigned(services: Services): MiddlewareHandler<MarketVariables> {
  return async (c, next) => {
    c.set('agent', ANONYMOUS);
    const refusal = c.req.header('signature') ? await verified(c, services) : undefined;
    return refusal ?? next();
  };
}

/** EM's worker door: a session of its identity provider, or, with the switch off, the worker's own signature. */
export function signedWorker(services: Services): MiddlewareHandler<MarketVariables> {
  const bySignature = signed(services);
  return (c, next) => {
    if (!services.requireWorkerAuth) return bySignature(c, next);
    const detail = 'Authorization header required (Bearer <supabase_jwt>)';
    return Promise.resolve(c.json({ detail }, 401));
  };
}

async function verified(c: Ctx, services: Services): Promise<Response | undefined> {
  const result = await proven(c, services);
  if (result.ok) return undefined;
  const detail = `ERC-8128 verification failed: ${result.reason}`;
  return result.limited ?? c.json({ detail }, 401, AUTHENTICATE);
}

/** Who signed, noted as `agent`; or why it does not count: a bad signature, or a wallet that signs too much. */
export async function proven(
  c: Ctx,
  services: Services,
): Promise<
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly limited?: Response | undefined }
> {
  const { verify = verifyRequest } = services;
  const result = await verify({
    request: c.req.raw,
    nonces: services.nonces,
    now: () => Math.floor(services.now().getTime() / 1000),
  });
  if (!result.ok) return result;
  const limited = await limitedWallet(c, result.address, services);
  if (limited) return { ok: false, reason: 'rate limit', limited };
  c.set('agent', result.address);
  return { ok: true };
}
