import type { PaymentInfo } from '#contract/escrow.ts';
import type { SettleOutcome } from './facilitator.ts';

/** What the payer of an escrow can do with nothing but its own key and its own gas. */
export interface Payer {
  /** Takes a locked payment back after its authorization's end. Asking twice answers the same transaction. */
  reclaim(info: PaymentInfo): Promise<SettleOutcome>;
}
