import type { x402Facilitator } from '@x402/core/facilitator';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Nonces } from '#adapters/erc8128/verify.ts';
import type { EvmChain } from '#adapters/evm/evm-chain.ts';
import type { EscrowSettler } from '#adapters/facilitator/escrow-settler.ts';
import { FittingRequest } from '#adapters/facilitator/escrow-terms.ts';
import { escrowView } from '#adapters/facilitator/escrow-view.ts';
import { exactRequestFor } from '#adapters/facilitator/exact.ts';
import { BusyError } from '#adapters/facilitator/lease.ts';
import type { FeedbackGiver } from '#adapters/identity/feedback-giver.ts';
import type { Registrar } from '#adapters/identity/registrar.ts';
import type { Address } from '#contract/ids.ts';
import type { Log } from '#runtime/log.ts';
import { refuseCaller } from './callers.ts';
import { giveFeedback } from './feedback.ts';
import { registerAgent } from './register.ts';

export interface Services {
  readonly chain: EvmChain;
  readonly escrow: EscrowSettler;
  readonly exact: x402Facilitator;
  readonly registrar: Registrar;
  readonly feedbacks: FeedbackGiver;
  readonly nonces: Nonces;
  /** Who may release and refund, and say what became of deals. */
  readonly market: Address;
  readonly log: Log;
}

type Status = 200 | 400 | 401 | 403 | 422 | 500 | 503;
const Scheme = z.object({ scheme: z.literal('escrow') });

/** x402 v2 facilitator API with scheme `escrow`; shapes in `#contract/escrow.ts`. */
export function routes(services: Services): Hono {
  const { chain, exact, log } = services;
  const app = new Hono();
  app.get('/health', (c) => c.json({ status: 'ok', network: chain.network.caip2 }));
  app.get('/supported', (c) => c.json(exact.getSupported()));
  app.post('/verify', (c) => verifyExact(c, services));
  app.post('/escrow/state', async (c) => {
    const view = await escrowView(chain, await bodyOf(c));
    if (view) return c.json(view);
    return c.json({ error: 'Send {"paymentInfo": {...}} with all twelve terms.' }, 400);
  });
  app.post('/settle', async (c) => {
    const body = await bodyOf(c);
    const isEscrow = Scheme.safeParse(body).success;
    return isEscrow ? settleEscrow(c, services, body) : settleExact(c, services, body);
  });
  app.post('/feedback', async (c) => giveFeedback(asSent(c), await bodyOf(c), services));
  app.post('/register', async (c) => registerAgent(asSent(c), await bodyOf(c), services));
  app.notFound((c) => {
    return c.json({ error: `No ${c.req.method} ${c.req.path} here; see GET /supported.` }, 404);
  });
  app.onError((error, c) => {
    if (error instanceof BusyError) {
      return failed(c, 503, { services, reason: 'busy', message: error.message });
    }
    log.error('failed', error);
    const message = 'Ask again: the answer will be that of the chain.';
    return failed(c, 500, { services, reason: 'outcome_unknown', message });
  });
  return app;
}

async function verifyExact(c: Context, { exact, chain }: Services): Promise<Response> {
  const asked = exactRequestFor(chain.network).safeParse(await bodyOf(c));
  if (asked.success) {
    return c.json(await exact.verify(asked.data.paymentPayload, asked.data.paymentRequirements));
  }
  const invalidMessage = z.prettifyError(asked.error);
  return c.json({ isValid: false, invalidReason: 'invalid_request', invalidMessage }, 400);
}

async function settleExact(c: Context, services: Services, body: unknown): Promise<Response> {
  const asked = exactRequestFor(services.chain.network).safeParse(body);
  if (!asked.success) return malformed(c, services, asked.error);
  const { paymentPayload, paymentRequirements } = asked.data;
  const result = await services.exact.settle(paymentPayload, paymentRequirements);
  const { success, transaction: tx, errorReason: reason } = result;
  services.log.info('settle', { scheme: 'exact', success, tx, reason });
  return c.json(result);
}

function malformed(c: Context, services: Services, error: z.ZodError): Response {
  const message = z.prettifyError(error);
  return failed(c, 400, { services, reason: 'invalid_request', message });
}

async function settleEscrow(c: Context, services: Services, body: unknown): Promise<Response> {
  const { log, chain, escrow } = services;
  const asked = FittingRequest.safeParse(body);
  if (!asked.success) return malformed(c, services, asked.error);
  const request = asked.data;
  const action = request.action ?? 'lock';
  if (request.action !== undefined) {
    const stranger = await refuseCaller(asSent(c), services);
    if (stranger) return failed(c, stranger.status, { services, reason: stranger.reason });
  }
  const result = await escrow.settle(request);
  log.info('settle', {
    scheme: 'escrow',
    action,
    payer: request.payload.paymentInfo.payer,
    ...result,
  });
  if (result.kind === 'refused') return failed(c, 422, { services, reason: result.reason });
  const { payer } = request.payload.paymentInfo;
  return c.json({ success: true, transaction: result.tx, network: chain.network.caip2, payer });
}

/** The request under the host that the client wrote, which is what it signed. */
function asSent(c: Context): Request {
  const url = new URL(c.req.url);
  url.host = c.req.header('host') ?? url.host;
  return new Request(url, c.req.raw.clone());
}

function failed(
  c: Context,
  status: Status,
  {
    services,
    reason,
    message,
  }: { readonly services: Services; readonly reason: string; readonly message?: string },
): Response {
  return c.json(
    {
      success: false,
      transaction: '',
      network: services.chain.network.caip2,
      errorReason: reason,
      ...(message !== undefined && { errorMessage: message }),
    },
    status,
  );
}

/** undefined when it is no JSON; a clone, for a signature is checked over the bytes. */
async function bodyOf(c: Context): Promise<unknown> {
  try {
    return JSON.parse(await c.req.raw.clone().text());
  } catch {
    return undefined;
  }
}
