import { Hono } from 'hono';
import { type MarketVariables, reference } from './answers.ts';
import { assignRoutes } from './routes-assign.ts';
import { metaRoutes } from './routes-meta.ts';
import { moneyRoutes } from './routes-money.ts';
import { ratingRoutes } from './routes-rating.ts';
import { reviewRoutes } from './routes-review.ts';
import { taskRoutes } from './routes-tasks.ts';
import { workRoutes } from './routes-work.ts';
import type { Services } from './services.ts';

/** The market as a web application: EM's paths, bodies and errors. */
export function marketApp(services: Services): Hono<MarketVariables> {
  const meta = metaRoutes(services);
  const app = new Hono<MarketVariables>();
  app.route('/api/v1', meta);
  app.get('/health', (c) => meta.request(c.req.path));
  for (const routes of [
    taskRoutes,
    workRoutes,
    assignRoutes,
    reviewRoutes,
    moneyRoutes,
    ratingRoutes,
  ]) {
    app.route('/api/v1', routes(services));
  }
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404));
  app.onError((error, c) => {
    const ref = reference();
    services.log.error('internal-error', { ref, path: c.req.path, error });
    return c.json({ error: 'internal_error', message: `Something broke (ref: ${ref})` }, 500);
  });
  return app;
}
