import { Hono, type MiddlewareHandler } from 'hono';
import { MAX_BODY_BYTES, type MarketVariables } from '../answers.ts';
import { proven } from '../auth.ts';
import type { Services } from '../services.ts';

/**
 * The worker's door over MCP (streamable HTTP), where Execution Market takes a worker's ERC-8128 signature in production. Every
 * HTTP request is signed, whatever its method. Each is answered by itself, because the next may reach another container: no
 * session is kept, so there is no stream to open and none to end.
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
export function mcpRoutes(services: Services): Hono<MarketVariables> {
  const app = new Hono<MarketVariables>();
  app.use('/mcp/', signedTransport(services));
  app.post('/mcp/', async (c) => {
    // loaded by the first worker that comes: most requests never need it
    const { answer } = await import('./server.ts');
    return answer(c.req.raw, {
      signer: c.get('agent'),
      services,
      maxBodyBytes: MAX_BODY_BYTES,
    });
  });
  app.all('/mcp/', (c) =>
    c.json(
      { jsonrpc: '2.0', error: { code: -32_000, message: 'Method not allowed.' }, id: null },
      405,
      { allow: 'POST' },
    ),
  );
  return app;
}

function signedTransport(services: Services): MiddlewareHandler<MarketVariables> {
  return async (c, next) => {
    const unauthorized = (detail: string) => c.json({ error: 'unauthorized', detail }, 401);
    if (!c.req.header('signature')) {
      return unauthorized('ERC-8128 verification failed: missing_signature');
    }
    const result = await proven(c, services);
    if (result.ok) return next();
    return result.limited ?? unauthorized(`ERC-8128 verification failed: ${result.reason}`);
  };
}
