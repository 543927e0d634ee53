import { hkdfSync } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1';
import { type TransactionSerializableEIP1559, toFunctionSelector } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, type Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { EscrowAuthorization, Wallet } from '#core/ports/wallet.ts';
import { lockTypedData } from './payment-info.ts';
import { Transfer, transferTypedData } from './transfer.ts';
import { verdictTypedData } from './verdict.ts';

const RECLAIM = toFunctionSelector(
  'reclaim((address,address,address,address,uint120,uint48,uint48,uint48,uint16,uint16,address,uint256))',
);

// Tables of 4 bits in place of 8: a function signs a few times in its life, and its first signature comes 22 ms of CPU sooner for
// 0.2 ms more each later (`npm run bench -- cold`). viem signs with this very module.
secp256k1.utils.precompute(4);

/** A private key that signs for one network. Signatures are deterministic (RFC 6979). */
export class EvmWallet implements Wallet {
  readonly address: Address;
  readonly #account: PrivateKeyAccount;
  readonly #network: Network;
  readonly #secret: Uint8Array;

  /** @throws when it is no private key, without showing it */
  constructor(privateKey: Hex, network: Network) {
    this.#secret = Buffer.from(privateKey.slice(2), 'hex');
    this.#account = privateKeyToAccount(privateKey);
    this.#network = network;
    this.address = Address.parse(this.#account.address);
  }

  /** 32 bytes for a purpose other than signing (HKDF-SHA256): they tell nothing of the key. */
  secretFor(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#secret, 'economia-viva', purpose, 32));
  }

  signMessage(bytes: Uint8Array): Promise<Hex> {
    return this.#account.signMessage({ message: { raw: bytes } });
  }

  /** @throws when it is anything but a call of `reclaim` on this network's escrow */
  signReclaim(transaction: TransactionSerializableEIP1559): Promise<Hex> {
    const { to, data, value = 0n, chainId } = transaction;
    const isReclaim =
      to === this.#network.escrow &&
      chainId === this.#network.chainId &&
      value === 0n &&
      data?.startsWith(RECLAIM) === true;
    if (!isReclaim)
      throw new Error(
        `Wallet ${this.address} signs no transaction but to reclaim from ${this.#network.escrow}.`,
      );
    return this.#account.signTransaction(transaction);
  }

  /** @throws when another pays, or in another token than this network's USDC: such a signature could only harm */
  async signLock(info: PaymentInfo): Promise<EscrowAuthorization> {
    if (info.payer !== this.address || info.token !== this.#network.usdc) {
      throw new Error(
        `Wallet ${this.address} signs no lock of ${info.token} for payer ${info.payer}; it pays itself, in ${this.#network.usdc}.`,
      );
    }
    const data = lockTypedData(this.#network, info);
    const { from, to, value, validAfter, validBefore, nonce } = data.message;
    return {
      authorization: {
        from,
        to,
        value: value.toString(),
        validAfter: validAfter.toString(),
        validBefore: validBefore.toString(),
        nonce,
      },
      signature: await this.#account.signTypedData(data),
    };
  }

  /**
   * What x402's client asks of its signer. Whatever domain it names, EIP-3009 `TransferWithAuthorization` of this network's USDC is signed.
   * @throws when it is anything else, or another pays
   */
  signTypedData(asked: { readonly primaryType: string; readonly message: unknown }): Promise<Hex> {
    const message = Transfer.safeParse(asked.message).data;
    const isOurs =
      asked.primaryType === 'TransferWithAuthorization' && message?.from === this.address;
    if (!isOurs)
      throw new Error(`Wallet ${this.address} signs for x402 nothing but its own transfers.`);
    return this.#account.signTypedData(transferTypedData(this.#network, message));
  }

  /** EIP-712 over all of a verdict; deterministic. */
  signVerdict(verdict: Verdict): Promise<Hex> {
    return this.#account.signTypedData(verdictTypedData(this.#network, verdict));
  }
}
