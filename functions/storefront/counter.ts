import type { Context } from 'hono';
import { type Offer, TillClosed } from '#adapters/x402/till.ts';
import type { Sale, X402Payment } from '#contract/x402.ts';
import { takePayment } from '#core/shop/take-payment.ts';
import type { Services } from './wiring.ts';

/** Something for sale, what a payment of it buys, and what is answered to who paid. */
export interface Ware {
  readonly offer: Offer;
  readonly goodsFor: (payment: X402Payment) => Sale['goods'];
  readonly answer: (sale: Sale) => Promise<unknown>;
}

/** 402 with the price and what may be seen for nothing, or what was paid for; 503 while the facilitator cannot be asked. */
export async function atTheTill(c: Context, ware: Ware, services: Services): Promise<Response> {
  try {
    const header = c.req.header('payment-signature');
    return header === undefined
      ? await services.till.demand(ware.offer)
      : await take(header, ware, services);
  } catch (error) {
    if (!(error instanceof TillClosed)) throw error;
    services.log.error('till-closed', error);
    return closed('The facilitator cannot be asked');
  }
}

async function take(header: string, ware: Ware, services: Services): Promise<Response> {
  const { till, log } = services;
  const offer = await asSold(header, ware, services);
  const order = await till.read(offer, header);
  if (typeof order === 'string') return till.demand(offer, order);
  const goods = ware.goodsFor(order.payment);
  const taken = await takePayment({ ...order, goods }, services);
  const { from, nonce } = order.payment;
  const { product, seller } = goods;
  log.info('payment', { product, seller, from, nonce, outcome: taken.kind });
  if (taken.kind !== 'sold')
    return taken.kind === 'refused' ? till.demand(offer, taken.reason) : closed(taken.reason);
  const receipt = till.receipt(order.payment, taken.tx);
  return Response.json(await ware.answer(taken.sale), {
    headers: { 'payment-response': receipt, 'cache-control': 'no-store' },
  });
}

/** The offer, at the price for which this very payment bought it before: prices change, and what was paid is paid. */
async function asSold(header: string, { offer }: Ware, { till, sales }: Services): Promise<Offer> {
  const payment = till.payment(header);
  const sale = payment && (await sales.find(payment));
  return sale === undefined ? offer : { ...offer, price: sale.payment.amount };
}

function closed(why: string): Response {
  const detail = `${why}. Nothing is lost: send the same payment again.`;
  return Response.json({ detail }, { status: 503, headers: { 'retry-after': '2' } });
}

export function plain(status: 400 | 404, detail: string): Response {
  return Response.json({ detail }, { status });
}
