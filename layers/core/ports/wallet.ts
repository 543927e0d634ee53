import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, Hex } from '#contract/ids.ts';

/** One agent's key. It signs; it never shows itself. */
export interface Wallet {
  readonly address: Address;
  /** EIP-191 personal_sign over raw bytes: 65 bytes r, s, v. */
  signMessage(bytes: Uint8Array): Promise<Hex>;
  /** EIP-3009 ReceiveWithAuthorization whose nonce commits to the PaymentInfo; deterministic, so signing twice is harmless. */
  signLock(info: PaymentInfo): Promise<EscrowAuthorization>;
}

/** The signed half of an escrow lock. Decimal strings as x402 wants them; `nonce` is the hash of the PaymentInfo without payer. */
export interface EscrowAuthorization {
  readonly authorization: {
    readonly from: Address;
    readonly to: Address;
    readonly value: string;
    readonly validAfter: string;
    readonly validBefore: string;
    readonly nonce: Hex;
  };
  readonly signature: Hex;
}
