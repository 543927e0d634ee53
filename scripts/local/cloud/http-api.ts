import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, readBody, sendJson } from './http.ts';
import { proxyEvent, sendResult } from './http-api/event.ts';
import { findRoute, type Route } from './http-api/routes.ts';
import { createThrottle, type Throttle } from './http-api/throttle.ts';
import type { LambdaFunction, Outcome } from './lambda/function.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_LIMIT = 10_000_000;
const INTEGRATION_TIMEOUT_MS = 30_000;

/** AWS::ApiGatewayV2::Integration of a Lambda function, payload format 2.0. */
export interface Integration {
  readonly fn: LambdaFunction;
  /** @default 30,000 */
  readonly timeoutMs?: number;
}

/** Limits of one route key, or of all others under `$default`. */
export interface RouteLimit {
  readonly routeKey: string;
  readonly rate: number;
  readonly burst: number;
}

export interface HttpApi {
  readonly url: string;
  readonly port: number;
  /** Until then the API answers 503: its address must be known before the functions behind it exist. */
  readonly attach: (routes: readonly Route<Integration>[], limits: readonly RouteLimit[]) => void;
  readonly close: () => Promise<void>;
}

export interface HttpApiOptions {
  readonly id: string;
  readonly port?: number;
  /** undefined means that reserved concurrency is used up. */
  readonly invoke: (fn: LambdaFunction, payload: string) => Promise<Outcome | undefined>;
}

/** An HTTP API (API Gateway v2) as a server on its own port, its `$default` stage at the root. */
export async function startHttpApi({ id, port, invoke }: HttpApiOptions): Promise<HttpApi> {
  let routes: readonly Route<Integration>[] | undefined;
  let throttles: ReadonlyMap<string, Throttle> = new Map();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('apigw-requestid', requestId);
    const body = await readBody(request, BODY_LIMIT);
    const match = findRoute(
      routes ?? [],
      request.method ?? 'GET',
      (request.url ?? '/').split('?')[0] ?? '/',
    );
    if (!routes) return say(response, 503);
    if (!match) return say(response, 404);
    if (!body) return say(response, 413);
    const { routeKey, target } = match.route;
    const throttle = throttles.get(routeKey) ?? throttles.get('$default');
    if (throttle?.take(Date.now()) === false) return say(response, 429);
    const event = proxyEvent({
      apiId: id,
      requestId,
      routeKey,
      stage: '$default',
      pathParameters: match.pathParameters,
      request,
      body,
      now: new Date(),
    });
    const outcome = await withLimit(
      invoke(target.fn, JSON.stringify(event)),
      target.timeoutMs ?? INTEGRATION_TIMEOUT_MS,
    );
    if (!outcome) return say(response, 503);
    if (!outcome.ok || !sendResult(response, outcome.payload)) say(response, 500);
  }

  const server = await listen((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) say(response, 500);
      else response.destroy();
    });
  }, port);

  return {
    url: server.url,
    port: server.port,
    attach: (attached, limits) => {
      routes = attached;
      throttles = new Map(
        limits.map(({ routeKey, rate, burst }) => [routeKey, createThrottle(rate, burst)]),
      );
    },
    close: server.close,
  };
}

const MESSAGES = {
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** The errors that API Gateway answers by itself. */
function say(response: ServerResponse, status: keyof typeof MESSAGES): void {
  sendJson(response, status, { body: { message: MESSAGES[status] } });
}

async function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  const done = new AbortController();
  const late = sleep(limitMs, undefined, { signal: done.signal, ref: false }).catch(
    () => undefined,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
