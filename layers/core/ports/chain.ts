import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, TxHash } from '#contract/ids.ts';

/** One USDC `Transfer` log; value in micro-USDC. */
export interface Transfer {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
}

/** What the escrow contract says of a payment: `none` was never locked; `captured` went to the receiver, `voided` back to the payer. */
export type EscrowState =
  | { readonly kind: 'none' }
  | { readonly kind: 'locked'; readonly capturable: bigint }
  | { readonly kind: 'closed' };

/** Reads of the chain. Nothing here spends. Every call throws when the node cannot be reached. */
export interface Chain {
  /** USDC of an address, in micro-USDC. */
  balanceOf(address: Address): Promise<bigint>;
  /** USDC transfers of a mined, successful transaction; undefined when it is unknown, pending or reverted. */
  transfersIn(tx: TxHash): Promise<readonly Transfer[] | undefined>;
  escrowState(info: PaymentInfo): Promise<EscrowState>;
  /** The payment that this transaction locked (`PaymentAuthorized` of our escrow); undefined when it locked none. */
  lockIn(tx: TxHash): Promise<{ readonly info: PaymentInfo; readonly amount: bigint } | undefined>;
  /** The transaction that locked this payment (`PaymentAuthorized`), whoever sent it. */
  lockOf(info: PaymentInfo): Promise<{ readonly tx: TxHash; readonly amount: bigint } | undefined>;
  /** The transaction that paid it out (`PaymentCaptured`) or gave it back (`PaymentVoided`). */
  closeOf(
    info: PaymentInfo,
  ): Promise<{ readonly tx: TxHash; readonly kind: 'captured' | 'voided' } | undefined>;
}
