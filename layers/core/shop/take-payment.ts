import type { TxHash } from '#contract/ids.ts';
import { MAX_AUTHORIZED_SECONDS, type Sale, type X402Payment } from '#contract/x402.ts';
import type { Payments } from '../ports/payments.ts';
import type { Sales } from '../ports/sales.ts';

/** Longer than a settlement takes: a claim of one who was killed is another's after it. */
const CLAIM_MS = 25_000;
const PAUSE_MS = 100;
/** API Gateway gives up after 30 s. */
const WAIT_MS = 20_000;
/** How often a settlement that was answered is looked for on a node that may be behind. */
const LOOKS = 5;

/** `refused`: this payment buys nothing, and took nothing. `unavailable`: not known; the same payment may be sent again. */
export interface Against {
  readonly kind: 'refused' | 'unavailable';
  readonly reason: string;
}

export type Taken = { readonly kind: 'sold'; readonly sale: Sale; readonly tx: TxHash } | Against;

/** One payment as it was presented, and what may be asked of the facilitator about it. */
export interface Order {
  readonly payment: X402Payment;
  readonly goods: Sale['goods'];
  /** True when the payer itself signed these very terms. */
  readonly isSigned: () => Promise<boolean>;
  readonly verify: () => Promise<'valid' | Against>;
  readonly settle: () => Promise<'settled' | Against>;
}

export interface Counter {
  readonly sales: Sales;
  readonly payments: Payments;
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Takes a payment before anything is served (flow `upfront`). The sale is written before it is settled and the chain is asked before
 * and after, so that the same payment, however often and by however many at once, is one settlement, one sale and the same answer.
 */
export async function takePayment(order: Order, counter: Counter): Promise<Taken> {
  const { payment, goods } = order;
  // a nonce is public once it was used: only who signed may have the goods
  if (!(await order.isSigned())) return { kind: 'refused', reason: 'invalid_signature' };
  const known = await counter.sales.find(payment);
  if (known) return finish(known, order, counter);

  const seconds = Math.floor(counter.now().getTime() / 1000);
  if (payment.validBefore <= seconds) return { kind: 'refused', reason: 'authorization_expired' };
  if (payment.validBefore > seconds + MAX_AUTHORIZED_SECONDS)
    return { kind: 'refused', reason: 'authorization_valid_for_too_long' };
  const verdict = await order.verify();
  // refused may mean: used already, by somebody who was faster than we, and then it is paid
  if (verdict !== 'valid' && !(await counter.payments.paymentOf(payment))) return verdict;

  const sale: Sale = {
    v: 1,
    state: 'pending',
    payment,
    goods,
    at: counter.now().toISOString(),
  };
  await counter.sales.open(sale);
  return finish((await counter.sales.find(payment)) ?? sale, order, counter);
}

async function finish(found: Sale, order: Order, counter: Counter): Promise<Taken> {
  const { sales, now, pause } = counter;
  const { payment, goods } = order;
  let sale = found;
  if (!isSame(sale.goods, goods))
    return { kind: 'refused', reason: 'payment_used_for_another_product' };
  const giveUp = now().getTime() + WAIT_MS;
  for (;;) {
    if (sale.tx !== undefined) return { kind: 'sold', sale, tx: sale.tx };
    const until = new Date(now().getTime() + CLAIM_MS);
    if (await sales.claim(payment, { now: now(), until })) return settle(sale, order, counter);
    if (now().getTime() > giveUp)
      return { kind: 'unavailable', reason: 'This payment is being settled.' };
    await pause(PAUSE_MS);
    sale = (await sales.find(payment)) ?? sale;
  }
}

/** By the holder of the claim alone. */
async function settle(sale: Sale, order: Order, counter: Counter): Promise<Taken> {
  const { sales } = counter;
  const { payment } = order;
  try {
    const outcome = await paid(order, counter);
    if (outcome.kind === 'paid') {
      const { tx } = outcome;
      await sales.settled(payment, tx);
      return { kind: 'sold', sale: { ...sale, state: 'settled', tx }, tx };
    }
    await sales.letGo(payment);
    return outcome;
  } catch (error) {
    await sales.letGo(payment);
    throw error;
  }
}

async function paid(
  { payment, settle: send }: Order,
  { payments, now, pause }: Counter,
): Promise<{ readonly kind: 'paid'; readonly tx: TxHash } | Against> {
  const before = await payments.paymentOf(payment);
  if (before) return { kind: 'paid', tx: before.tx };
  if (payment.validBefore * 1000 <= now().getTime())
    return { kind: 'refused', reason: 'authorization_expired' };
  const outcome = await send();
  const looks = outcome === 'settled' ? LOOKS : 1;
  for (let look = 1; ; look += 1) {
    const after = await payments.paymentOf(payment);
    if (after) return { kind: 'paid', tx: after.tx };
    if (look >= looks) break;
    await pause(PAUSE_MS * look);
  }
  return outcome === 'settled'
    ? { kind: 'unavailable', reason: 'The settlement is not to be seen on the chain yet.' }
    : outcome;
}

/** Whether a payment that bought the one may have the other. */
function isSame(sold: Sale['goods'], wanted: Sale['goods']): boolean {
  if (sold.seller !== wanted.seller || sold.product !== wanted.product) return false;
  const subjectOf = (goods: Sale['goods']) =>
    'order' in goods
      ? [goods.order.taskId, goods.order.seller, goods.order.claimed].join('#')
      : undefined;
  return subjectOf(sold) === subjectOf(wanted);
}
