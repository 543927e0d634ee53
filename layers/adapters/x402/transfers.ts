import { HTTPFacilitatorClient } from '@x402/core/server';
import type { PaymentRequirements } from '@x402/core/types';
import { hashTypedData, keccak256, parseAbi, toHex } from 'viem';
import { readContract } from 'viem/actions';
import { type Hex, TxHash } from '#contract/ids.ts';
import type { X402Payment } from '#contract/x402.ts';
import type { Move } from '#core/money/moving.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { EvmPayments } from '../evm/evm-payments.ts';
import { sign } from '../evm/secp256k1.ts';
import { transferTypedData } from '../evm/transfer.ts';

const eip3009Abi = parseAbi([
  'function authorizationState(address authorizer, bytes32 nonce) view returns (bool)',
]);

/** How long a transfer may wait between its signature and the chain, in seconds. */
const VALID_SECONDS = 300;
const TIMEOUT_MS = 40_000;
const MAX_TRANSFERS = 10_000;

/** What became of a transfer; `unknown` ones are asked for again by planning anew. */
export type Transferred =
  | { readonly kind: 'moved'; readonly tx: TxHash }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * USDC from wallet to wallet as an x402 payment: a facilitator pays the gas, for these wallets hold none. The nonces of one pair of wallets
 * are counted, and the next is the first that the token has not seen: however often a transfer is planned and sent, from however many
 * places, the token carries it out once, and only then the next nonce is free.
 */
export class Transfers {
  readonly #chain: EvmChain;
  readonly #payments: EvmPayments;
  readonly #facilitator: HTTPFacilitatorClient;
  readonly #now: () => Date;

  constructor(chain: EvmChain, facilitatorUrl: string, now: () => Date) {
    this.#chain = chain;
    this.#payments = new EvmPayments(chain);
    this.#facilitator = new HTTPFacilitatorClient({ url: facilitatorUrl, timeoutMs: TIMEOUT_MS });
    this.#now = now;
  }

  /** What is to be written down before anything is sent. Signs and sends nothing. */
  async plan({ from, to, amount }: Move): Promise<X402Payment> {
    const { network } = this.#chain;
    const validBefore = Math.floor(this.#now().getTime() / 1000) + VALID_SECONDS;
    const nonce = await this.#nextNonce(from, to);
    return { network: network.caip2, asset: network.usdc, from, to, nonce, amount, validBefore };
  }

  /** Signs and sends; the chain has the last word on whether it was carried out. */
  async send(payment: X402Payment, privateKey: Hex): Promise<Transferred> {
    let reason = 'the facilitator says that it is settled, and the chain does not';
    try {
      const settled = await this.#settle(payment, privateKey);
      if (!settled.success) reason = settled.errorMessage ?? settled.errorReason ?? 'no reason';
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const paid = await this.#payments.paymentOf(payment);
    return paid ? { kind: 'moved', tx: paid.tx } : { kind: 'unknown', reason };
  }

  async #settle(payment: X402Payment, privateKey: Hex) {
    const { network } = this.#chain;
    const { from, to, amount, nonce, validBefore } = payment;
    const requirements: PaymentRequirements = {
      scheme: 'exact',
      network: network.caip2,
      asset: network.usdc,
      amount: amount.toString(),
      payTo: to,
      maxTimeoutSeconds: VALID_SECONDS,
      extra: { name: network.usdcName, version: '2' },
    };
    const message = {
      from,
      to,
      value: amount,
      validAfter: 0n,
      validBefore: BigInt(validBefore),
      nonce,
    };
    const signature = sign(hashTypedData(transferTypedData(network, message)), privateKey);
    const authorization = {
      ...{ from, to, nonce },
      value: amount.toString(),
      validAfter: '0',
      validBefore: String(validBefore),
    };
    return this.#facilitator.settle(
      { x402Version: 2, accepted: requirements, payload: { signature, authorization } },
      requirements,
    );
  }

  async #nextNonce(from: Move['from'], to: Move['to']): Promise<TxHash> {
    const { client, network } = this.#chain;
    for (let n = 0; n < MAX_TRANSFERS; n++) {
      const nonce = TxHash.parse(keccak256(toHex(`economia-viva transfer ${from} ${to} ${n}`)));
      const isUsed = await readContract(client, {
        address: network.usdc,
        abi: eip3009Abi,
        functionName: 'authorizationState',
        args: [from, nonce],
      });
      if (!isUsed) return nonce;
    }
    throw new Error(
      `${from} has sent ${MAX_TRANSFERS} transfers to ${to}: it takes another wallet.`,
    );
  }
}
