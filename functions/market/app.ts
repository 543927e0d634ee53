/* eslint-disable @typescript-eslint/no-deprecated -- the adapter of Hono 4; it becomes a package of its own with Hono 5 */
import { Hono } from 'hono';
import {
  type APIGatewayProxyResult,
  handle,
  type LambdaContext,
  type LambdaEvent,
} from 'hono/aws-lambda';
import { type MarketVariables, reference, UpstreamError } from './answers.ts';
import { limited } from './limits.ts';
import { mcpRoutes } from './mcp/door.ts';
import { assignRoutes } from './routes-assign.ts';
import { metaRoutes } from './routes-meta.ts';
import { moneyRoutes } from './routes-money.ts';
import { ratingRoutes } from './routes-rating.ts';
import { reputationRoutes } from './routes-reputation.ts';
import { reviewRoutes } from './routes-review.ts';
import { taskRoutes } from './routes-tasks.ts';
import { workRoutes } from './routes-work.ts';
import type { Services } from './services.ts';

export type Handle = (
  event: LambdaEvent,
  context?: LambdaContext,
) => Promise<APIGatewayProxyResult>;

/** The market as a web application: EM's paths, bodies and errors. */
export function marketApp(services: Services): Hono<MarketVariables> {
  const meta = metaRoutes(services);
  const app = new Hono<MarketVariables>();
  app.use(limited(services));
  app.route('/api/v1', meta);
  app.get('/health', (c) => meta.request(c.req.path));
  for (const routes of [
    taskRoutes,
    workRoutes,
    assignRoutes,
    reviewRoutes,
    moneyRoutes,
    ratingRoutes,
    reputationRoutes,
  ]) {
    app.route('/api/v1', routes(services));
  }
  app.route('/', mcpRoutes(services));
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404));
  app.onError((error, c) => {
    const ref = reference();
    const { path } = c.req;
    if (error instanceof UpstreamError) {
      services.log.error('upstream-failed', { ref, path, error });
      return c.json({ detail: `${error.message} (ref: ${ref})` }, 502);
    }
    services.log.error('internal-error', { ref, path, error });
    return c.json({ error: 'internal_error', message: `Something broke (ref: ${ref})` }, 500);
  });
  return app;
}

/** The market as a Lambda behind an HTTP API (payload format 2.0). */
export function lambdaOf(services: Services): Handle {
  return handle(marketApp(services));
}
