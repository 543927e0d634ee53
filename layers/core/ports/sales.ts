import type { TxHash } from '#contract/ids.ts';
import type { Sale, X402Payment } from '#contract/x402.ts';

/** The storefront's memory of what was sold over the direct door, by payment. */
export interface Sales {
  find(payment: X402Payment): Promise<Sale | undefined>;
  /**
   * Writes the pending sale, and in the same transaction tells its seller that a payment is under way. False when there is a sale of
   * this payment already.
   */
  open(sale: Sale): Promise<boolean>;
  /** The right to settle it alone until then; false when it is settled or another has it. */
  claim(payment: X402Payment, term: { readonly now: Date; readonly until: Date }): Promise<boolean>;
  /** Gives a claim back: nothing is known to have been settled. */
  letGo(payment: X402Payment): Promise<void>;
  settled(payment: X402Payment, tx: TxHash): Promise<void>;
}
