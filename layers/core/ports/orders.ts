import type { TxHash } from '#contract/ids.ts';
import type { X402Payment } from '#contract/x402.ts';

/** A signed payment for what is behind `url`; `header` is the PAYMENT-SIGNATURE to send, each time the same. */
export interface PaidOrder {
  readonly url: string;
  readonly header: string;
  readonly payment: X402Payment;
}

/** A buyer's memory of what it has signed. At most one order of a URL is open. */
export interface Orders {
  find(url: string): Promise<PaidOrder | undefined>;
  /** Reserves the money and writes the order, before it is sent anywhere; a word when the gate does not let it pass. */
  keep(order: PaidOrder): Promise<'kept' | { readonly refused: string }>;
  /** It was not paid and can no longer be: gives the reserve back. */
  drop(order: PaidOrder): Promise<void>;
  /** The answer is safe: books the payment, if the beat has not yet, and forgets the order. */
  done(order: PaidOrder, tx: TxHash): Promise<void>;
}
