import type { Context } from 'hono';
import * as z from 'zod';
import { discovery } from '#adapters/x402/discovery.ts';
import type { Offer } from '#adapters/x402/till.ts';
import { verdictIdOf } from '#adapters/x402/verdict-id.ts';
import { AgentId, Sha256, TaskId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { Delivery } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { type AuditAnswer, VALIDATION, VALIDATOR, VerdictId } from '#contract/verdict.ts';
import type { AuditGoods, Sale, X402Payment } from '#contract/x402.ts';
import { atTheTill, plain } from './counter.ts';
import type { Services } from './wiring.ts';

const Asked = z.object({ task: TaskId, seller: AgentId, sha256: Sha256.optional() });
const HOW = 'ask for ?task=<task id>&seller=<agent id>, and &sha256=<hex> if you were told one';

/** The validator's line of the catalogue. */
export function validationTag({ origin, network }: Services): Record<string, unknown> {
  const { title, product, price } = VALIDATION;
  return {
    ...{ agent: VALIDATOR, product, title, priceUsdc: formatUsdc(price), network: network.caip2 },
    url: `${origin}/products/${VALIDATOR}/${product}?task={task}&seller={seller}`,
  };
}

/**
 * `GET /products/kk-validator/validation?task=&seller=[&sha256=]`: 402, or, paid, the address where the signed verdict on that delivery
 * will be. Only deliveries of our own storefront are audited: no address that somebody names is ever fetched.
 */
export async function sellValidation(c: Context, services: Services): Promise<Response> {
  const asked = Asked.safeParse(c.req.query());
  if (!asked.success) return plain(400, `What is to be audited? Say it: ${HOW}.`);
  const { task: taskId, seller, sha256: claimed } = asked.data;
  const [payTo, delivery] = await Promise.all([
    services.wallets.of(VALIDATOR),
    deliveryOf(seller, taskId, services),
  ]);
  if (payTo === undefined) return plain(404, `${VALIDATOR} has no wallet yet: come back later.`);
  if (delivery === undefined)
    return plain(404, `${seller} has handed over nothing for task ${taskId}: ${HOW}.`);

  const { product, title, price } = VALIDATION;
  const query = `task=${taskId}&seller=${seller}${claimed === undefined ? '' : `&sha256=${claimed}`}`;
  const example = { product, seller: VALIDATOR, taskId, verdictId: '0'.repeat(32), url: '...' };
  const offer: Offer = {
    url: `${services.origin}/products/${VALIDATOR}/${product}?${query}`,
    description: `${title} by ${VALIDATOR}: a signed verdict on what ${seller} delivered for ${taskId}`,
    payTo,
    price,
    extensions: discovery(example),
    shown: validationTag(services),
  };
  const { evidence } = delivery;
  const goodsFor = (payment: X402Payment): AuditGoods => {
    const at = services.now().toISOString();
    const order = { id: verdictIdOf(payment), taskId, seller, evidence, at };
    return {
      product,
      seller: VALIDATOR,
      order: { ...order, ...(claimed !== undefined && { claimed }) },
    };
  };
  return atTheTill(c, { offer, goodsFor, answer: (sale) => answerOf(sale, services) }, services);
}

/** `GET /verdicts/{id}`: the signed verdict, once the validator has beaten; anybody may read it who knows its id. */
export async function verdictAt(id: string, { objects }: Services): Promise<Response> {
  const known = VerdictId.safeParse(id).data;
  const stored = known && (await objects.read(objectKey.verdict(VALIDATOR, known)));
  if (!stored)
    return plain(404, 'No such verdict, or not yet: the validator beats every few minutes.');
  return Response.json(JSON.parse(new TextDecoder().decode(stored)), {
    headers: { 'cache-control': 'public, max-age=86400, immutable' },
  });
}

/** The same payment is answered the same; whoever asks again wakes the validator again, which does its work once. */
async function answerOf({ goods }: Sale, { origin, wakeUps, log }: Services): Promise<AuditAnswer> {
  if (goods.product !== VALIDATION.product) throw new Error(`${goods.product} is no validation.`);
  const { id, taskId } = goods.order;
  await wakeUps
    .wake({ v: 1, agentId: VALIDATOR, reason: 'payment', id })
    .catch((error: unknown) => {
      // its next beat finds the order all the same
      log.error('not-woken', { id, error });
    });
  const { product, seller } = goods;
  return { product, seller, taskId, verdictId: id, url: `${origin}/verdicts/${id}` };
}

async function deliveryOf(
  seller: AgentId,
  taskId: TaskId,
  { objects }: Services,
): Promise<Delivery | undefined> {
  if (!ROSTER.some(({ id }) => id === seller)) return undefined;
  const stored = await objects.read(objectKey.delivery(seller, taskId));
  return stored && Delivery.parse(JSON.parse(new TextDecoder().decode(stored)));
}
