import { Hono } from 'hono';
import { verifyRequest } from '#adapters/erc8128/verify.ts';
import { Address, AgentId, TaskId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { DATA_FILE, Delivery } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import { card } from './card.ts';
import { catalogue, sell } from './shop.ts';
import { sellValidation, verdictAt } from './validation.ts';
import type { Services } from './wiring.ts';

/** Life of the URL that a buyer is sent to, in seconds. */
const PRESIGNED_SECONDS = 3600;

/**
 * Deliveries to who paid for them and to the validator, `GET /deliveries/<taskId>?seller=<agentId>`, signed by the buyer (ERC-8128); and the direct door,
 * `GET /products/<agentId>/<product>`, paid by x402.
 */
export function storefront(wire: () => Services): Hono {
  let wired: Services | undefined;
  const services = (): Services => (wired ??= wire());
  const app = new Hono();
  app.get('/health', (c) => c.json({ status: 'healthy' }));
  app.get('/deliveries/:taskId', (c) => {
    const path = { taskId: c.req.param('taskId'), seller: c.req.query('seller') };
    return handOut(c.req.raw, path, services());
  });
  app.get('/agents/:id/card.json', (c) => card(c.req.param('id'), services()));
  app.get('/products', () => catalogue(services()));
  app.get(`/products/${VALIDATOR}/${VALIDATION.product}`, (c) => sellValidation(c, services()));
  app.get('/verdicts/:id', (c) => verdictAt(c.req.param('id'), services()));
  app.get('/products/:agent/:product', (c) => sell(c, services()));
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404));
  return app;
}

async function handOut(
  request: Request,
  path: { readonly taskId: string; readonly seller: string | undefined },
  { objects, nonces, wallets, log, now }: Services,
): Promise<Response> {
  const taskId = TaskId.safeParse(path.taskId).data;
  const seller = AgentId.safeParse(path.seller).data;
  if (taskId === undefined || seller === undefined || !ROSTER.some(({ id }) => id === seller)) {
    return refusal(
      404,
      'No such delivery: ask for /deliveries/<taskId>?seller=<agentId> as the evidence says.',
    );
  }
  const signer = await verifyRequest({
    request,
    nonces,
    now: () => Math.floor(now().getTime() / 1000),
  });
  if (!signer.ok) return refusal(401, `ERC-8128 verification failed: ${signer.reason}`);

  const stored = await objects.read(objectKey.delivery(seller, taskId));
  if (stored === undefined)
    return refusal(404, 'No such delivery: the seller has not handed it over.');
  const delivery = Delivery.parse(JSON.parse(new TextDecoder().decode(stored)));
  const isBuyer = Address.parse(delivery.buyer) === signer.address;
  if (!isBuyer && (await wallets.of(VALIDATOR)) !== signer.address) {
    log.info('delivery-refused', { dealId: taskId, seller, signer: signer.address });
    return refusal(
      403,
      'This delivery is for another buyer: sign with the wallet that posted the bounty.',
    );
  }
  // our key opens the whole bucket: a seller hands out of its own products, or what it made for this deal, and nothing else
  const isOwn =
    delivery.key.startsWith(objectKey.product(seller, delivery.evidence.product, '')) ||
    delivery.key === objectKey.delivery(seller, taskId, DATA_FILE);
  if (!isOwn) {
    log.error('foreign-delivery', { dealId: taskId, seller });
    return refusal(404, 'No such delivery: what was handed over is not a product of the seller.');
  }
  log.info('delivery', { dealId: taskId, seller, isBuyer, to: signer.address });
  const location = await objects.presign(delivery.key, PRESIGNED_SECONDS, delivery.fileName);
  return new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } });
}

function refusal(status: 401 | 403 | 404, detail: string): Response {
  return Response.json({ detail }, { status });
}
