import type { PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import type { EscrowAuthorization } from './wallet.ts';

/**
 * Outcome of asking the facilitator to move an escrow. `refused` is final for this PaymentInfo (bad signature, expired, no funds);
 * `unknown` may have happened or not: ask the chain before anything else.
 */
export type SettleOutcome =
  | { readonly kind: 'settled'; readonly tx: TxHash }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Sends escrow transactions for those who hold no gas. Every call is idempotent per PaymentInfo. */
export interface Facilitator {
  lock(info: PaymentInfo, authorization: EscrowAuthorization): Promise<SettleOutcome>;
  /** Market only. */
  release(info: PaymentInfo): Promise<SettleOutcome>;
  /** Market only. */
  refund(info: PaymentInfo): Promise<SettleOutcome>;
}
