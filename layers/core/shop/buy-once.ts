import type { TxHash } from '#contract/ids.ts';
import type { Orders, PaidOrder } from '../ports/orders.ts';
import type { Payments } from '../ports/payments.ts';

/** How long after its end an unused authorization is signed anew, in ms: the chain's clock is not ours. */
const GRACE_MS = 120_000;

/**
 * `refused`: nothing was signed, nothing will be paid. `unavailable`: try again later; what may have been signed is kept, and the
 * same will be sent.
 */
export interface NotBought {
  readonly kind: 'refused' | 'unavailable';
  readonly reason: string;
}

/** `bought` by `tx`; undefined when the seller answered and took nothing. */
export type Purchase =
  | {
      readonly kind: 'bought';
      readonly answer: unknown;
      readonly order: PaidOrder;
      readonly tx: { readonly tx: TxHash } | undefined;
    }
  | NotBought;

export interface Customer {
  readonly orders: Orders;
  readonly payments: Payments;
  readonly now: () => Date;
  /** Asks the price and signs for it; sends nothing. */
  readonly sign: (url: string) => Promise<PaidOrder | NotBought>;
  /** After this nothing is refused: what was signed may be used until it runs out. */
  readonly send: (
    order: PaidOrder,
  ) => Promise<
    | { readonly kind: 'served'; readonly answer: unknown }
    | { readonly kind: 'unavailable'; readonly reason: string }
  >;
}

/** Pays once for each answer: while an order of this URL is open, the same authorization is sent again. */
export async function buyOnce(url: string, customer: Customer): Promise<Purchase> {
  const { orders, payments, now } = customer;
  const open = await orders.find(url);
  if (open === undefined) return order(url, customer);
  const again = await send(open, customer);
  if (again.kind === 'bought') return again;
  if (await payments.paymentOf(open.payment))
    return { kind: 'unavailable', reason: `paid, not served yet: ${again.reason}` };
  if (now().getTime() <= open.payment.validBefore * 1000 + GRACE_MS) return again;
  await orders.drop(open);
  return order(url, customer);
}

/** The order is kept before it is sent. */
async function order(url: string, customer: Customer): Promise<Purchase> {
  const signed = await customer.sign(url);
  if ('kind' in signed) return signed;
  const kept = await customer.orders.keep(signed);
  if (kept !== 'kept') return { kind: 'refused', reason: kept.refused };
  return send(signed, customer);
}

async function send(signed: PaidOrder, { payments, send: ask }: Customer): Promise<Purchase> {
  const reply = await ask(signed);
  if (reply.kind === 'unavailable') return reply;
  const tx = await payments.paymentOf(signed.payment);
  return { kind: 'bought', answer: reply.answer, order: signed, tx };
}
