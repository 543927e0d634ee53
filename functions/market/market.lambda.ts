import { MarketJob } from '#contract/execution-market-job.ts';
import { type Handle, lambdaOf } from './app.ts';
import { type Expired, expireDue } from './expiring.ts';
import type { Services } from './services.ts';
import { wire } from './wiring.ts';

/** Left of the function's time when no further task is looked at, in ms: a refund waits for the chain. */
const LAST_CALL_MS = 15_000;

let ready: { readonly services: Services; readonly handle: Handle } | undefined;

type Request = Parameters<Handle>[0];
type Surroundings = Parameters<Handle>[1];

/**
 * Called by API Gateway (HTTP API, payload 2.0), and by EventBridge Scheduler with a `MarketJob`. Wired by the first event that can
 * be, so that a bad start is not kept.
 */
export async function handler(event: Request, context?: Surroundings): ReturnType<Handle>;
export async function handler(event: MarketJob, context: Surroundings): Promise<Expired>;
export async function handler(
  event: Request | MarketJob,
  context: Surroundings,
): Promise<Awaited<ReturnType<Handle>> | Expired> {
  ready ??= await start();
  const { services, handle } = ready;
  if (!('kind' in event)) return handle(event, context);
  MarketJob.parse(event);
  const left = () => context?.getRemainingTimeInMillis() ?? 0;
  return expireDue(services, () => left() > LAST_CALL_MS);
}

async function start() {
  const services = await wire();
  return { services, handle: lambdaOf(services) };
}
