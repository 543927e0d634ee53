import { hkdfSync } from 'node:crypto';
import type { TransactionSerializableEIP1559 } from 'viem';
import { hashMessage } from 'viem/utils';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { EscrowAuthorization, Wallet } from '#core/ports/wallet.ts';
import { addressOf, sign } from './secp256k1.ts';
import type { Holder } from './signing.ts';

/**
 * A private key that signs for one network. Signatures are deterministic (RFC 6979). What signs anything but messages is loaded with the
 * first such signature: it is four times the code, and most beats sign requests alone.
 */
export class EvmWallet implements Wallet {
  readonly address: Address;
  readonly #holder: Holder;

  /** @throws when it is no private key, without showing it */
  constructor(privateKey: Hex, network: Network) {
    this.address = addressOf(privateKey);
    this.#holder = { address: this.address, network, privateKey };
  }

  /** 32 bytes for a purpose other than signing (HKDF-SHA256): they tell nothing of the key. */
  secretFor(purpose: string): Uint8Array {
    const secret = Buffer.from(this.#holder.privateKey.slice(2), 'hex');
    return new Uint8Array(hkdfSync('sha256', secret, 'economia-viva', purpose, 32));
  }

  signMessage(bytes: Uint8Array): Promise<Hex> {
    return Promise.resolve(sign(hashMessage({ raw: bytes }), this.#holder.privateKey));
  }

  /** @throws when it is anything but a call of `reclaim` on this network's escrow */
  async signReclaim(transaction: TransactionSerializableEIP1559): Promise<Hex> {
    const { signReclaim } = await import('./signing.ts');
    return signReclaim(this.#holder, transaction);
  }

  /** @throws when another pays, or in another token than this network's USDC: such a signature could only harm */
  async signLock(info: PaymentInfo): Promise<EscrowAuthorization> {
    const { signLock } = await import('./signing.ts');
    return signLock(this.#holder, info);
  }

  /**
   * What x402's client asks of its signer. Whatever domain it names, EIP-3009 `TransferWithAuthorization` of this network's USDC is signed.
   * @throws when it is anything else, or another pays
   */
  async signTypedData(asked: {
    readonly primaryType: string;
    readonly message: unknown;
  }): Promise<Hex> {
    const { signTransfer } = await import('./signing.ts');
    return signTransfer(this.#holder, asked);
  }

  /** EIP-712 over all of a verdict; deterministic. */
  async signVerdict(verdict: Verdict): Promise<Hex> {
    const { signVerdict } = await import('./signing.ts');
    return signVerdict(this.#holder, verdict);
  }
}
