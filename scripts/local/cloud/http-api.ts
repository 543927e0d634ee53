import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LocalServer, listen, readBody, sendJson } from './http.ts';
import { proxyEvent, sendResult } from './http-api/event.ts';
import { findRoute, type Match, type Route } from './http-api/routes.ts';
import { createThrottle, type Throttle } from './http-api/throttle.ts';
import type { LambdaFunction, Outcome } from './lambda/function.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_LIMIT = 10_000_000;
const INTEGRATION_TIMEOUT_MS = 30_000;

/** AWS::ApiGatewayV2::Integration of a Lambda function, payload format 2.0. */
export interface Integration {
  readonly fn: LambdaFunction;
  /** @default 30,000 */
  readonly timeoutMs?: number | undefined;
}

/** Limits of one route key, or of all others under `$default`. */
export interface RouteLimit {
  readonly routeKey: string;
  readonly rate: number;
  readonly burst: number;
}

export interface HttpApiOptions {
  readonly id: string;
  readonly port?: number;
  /** undefined means that reserved concurrency is used up. */
  readonly invoke: (fn: LambdaFunction, payload: string) => Promise<Outcome | undefined>;
}

type Status = keyof typeof MESSAGES;

/** An HTTP API (API Gateway v2) as a server on its own port, its `$default` stage at the root. */
export class HttpApi {
  readonly #options: HttpApiOptions;
  #server: LocalServer | undefined;
  #routes: readonly Route<Integration>[] | undefined;
  #throttles: ReadonlyMap<string, Throttle> = new Map();

  constructor(options: HttpApiOptions) {
    this.#options = options;
  }

  /** Listens and gives its address; until `attach` it answers 503: the functions behind it may need the address first. */
  async open(): Promise<string> {
    this.#server = await listen((request, response) => {
      this.#serve(request, response).catch(() => {
        if (response.headersSent) response.destroy();
        else say(response, 500);
      });
    }, this.#options.port);
    return this.#server.url;
  }

  attach(routes: readonly Route<Integration>[], limits: readonly RouteLimit[]): void {
    this.#routes = routes;
    this.#throttles = new Map(
      limits.map(({ routeKey, rate, burst }) => [routeKey, createThrottle(rate, burst)]),
    );
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('apigw-requestid', requestId);
    const body = await readBody(request, BODY_LIMIT);
    const match = this.#match(request, body);
    if (typeof match === 'number') {
      say(response, match);
      return;
    }
    const { route, pathParameters } = match;
    const event = proxyEvent({
      apiId: this.#options.id,
      requestId,
      routeKey: route.routeKey,
      stage: '$default',
      pathParameters,
      request,
      body: body ?? Buffer.alloc(0),
      now: new Date(),
    });
    const { fn, timeoutMs = INTEGRATION_TIMEOUT_MS } = route.target;
    const outcome = await withLimit(this.#options.invoke(fn, JSON.stringify(event)), timeoutMs);
    if (!outcome) say(response, 503);
    else if (!outcome.ok || !sendResult(response, outcome.payload)) say(response, 500);
  }

  #match(request: IncomingMessage, body: Buffer | undefined): Match<Integration> | Status {
    const { method = 'GET', url = '/' } = request;
    if (!this.#routes) return 503;
    const match = findRoute(this.#routes, method, url.split('?')[0] ?? '/');
    if (!match) return 404;
    if (!body) return 413;
    const throttle = this.#throttles.get(match.route.routeKey) ?? this.#throttles.get('$default');
    return throttle?.take(Date.now()) === false ? 429 : match;
  }
}

const MESSAGES = {
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** The errors that API Gateway answers by itself. */
function say(response: ServerResponse, status: Status): void {
  sendJson(response, status, { body: { message: MESSAGES[status] } });
}

async function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, limitMs, undefined).unref();
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
