import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address } from '#contract/ids.ts';
import type { Chain, Transfer } from '../ports/chain.ts';

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
