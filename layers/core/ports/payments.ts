import type { TxHash } from '#contract/ids.ts';
import type { X402Payment } from '#contract/x402.ts';

/** What the chain says of EIP-3009 payments. */
export interface Payments {
  /**
   * The transaction that made this payment, whoever sent it (`AuthorizationUsed` with a Transfer of the whole amount to its payee);
   * undefined while its nonce is unused, and for good when it was cancelled. Throws when the node cannot be reached.
   */
  paymentOf(payment: X402Payment): Promise<{ readonly tx: TxHash } | undefined>;
}
