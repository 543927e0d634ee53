import type { BuyDeal } from '#contract/deal.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address } from '#contract/ids.ts';
import type { Chain, Transfer } from '../ports/chain.ts';
import { buy } from './buying.ts';
import type { Step } from './step.ts';

/** How an escrow ended, and what moved in that transaction. */
export type Closing = NonNullable<Awaited<ReturnType<Chain['closeOf']>>> & {
  readonly transfers: readonly Transfer[];
};

/** Undefined while the escrow stands, or while the node does not show the transaction whole. */
export async function closingOf(chain: Chain, payment: PaymentInfo): Promise<Closing | undefined> {
  const close = await chain.closeOf(payment);
  const transfers = close && (await chain.transfersIn(close.tx));
  return close && transfers && { ...close, transfers };
}

/** Micro-USDC that came to `who`. */
export function received(transfers: readonly Transfer[], who: Address): bigint {
  return transfers.filter(({ to }) => to === who).reduce((total, { value }) => total + value, 0n);
}

/** The step that this end makes a bounty take. The fee is what did not reach the seller, as the Transfer logs show it. */
export function finish(
  deal: BuyDeal,
  { kind, tx, transfers }: Closing,
  at: string,
): Step<BuyDeal> | undefined {
  if (kind === 'voided') return buy(deal, { kind: 'refunded', tx }, at);
  const { seller, bounty } = deal;
  const fee = seller === undefined ? 0n : bounty - received(transfers, seller.wallet);
  return buy(deal, { kind: 'paid', tx, fee }, at);
}
