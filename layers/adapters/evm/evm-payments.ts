import { numberToHex, pad, parseAbi, parseEventLogs, toEventSelector } from 'viem';
import { getBlockNumber, getTransactionReceipt, readContract } from 'viem/actions';
import { TxHash } from '#contract/ids.ts';
import type { X402Payment } from '#contract/x402.ts';
import type { Payments } from '#core/ports/payments.ts';
import { usdcAbi } from './abi.ts';
import type { EvmChain } from './evm-chain.ts';

/** EIP-3009: https://eips.ethereum.org/EIPS/eip-3009 */
const eip3009Abi = parseAbi([
  'function authorizationState(address authorizer, bytes32 nonce) view returns (bool)',
]);

const USED = toEventSelector('AuthorizationUsed(address,bytes32)');
const CANCELED = toEventSelector('AuthorizationCanceled(address,bytes32)');

// public nodes refuse to search more blocks at once; 100 windows are three weeks of Base
const WINDOW = 9_999n;
const MAX_WINDOWS = 100;

/** Asks one chain what became of EIP-3009 payments in its USDC. */
export class EvmPayments implements Payments {
  readonly #chain: EvmChain;

  constructor(chain: EvmChain) {
    this.#chain = chain;
  }

  async paymentOf(payment: X402Payment): Promise<{ readonly tx: TxHash } | undefined> {
    const { client, network } = this.#chain;
    if (payment.network !== network.caip2 || payment.asset !== network.usdc) return undefined;
    const isUsed = await readContract(client, {
      address: network.usdc,
      abi: eip3009Abi,
      functionName: 'authorizationState',
      args: [payment.from, payment.nonce],
    });
    if (!isUsed) return undefined;
    const tx = await this.#used(payment);
    if (tx === undefined) return undefined;
    const { logs } = await getTransactionReceipt(client, { hash: tx });
    const moved = parseEventLogs({ abi: usdcAbi, eventName: 'Transfer', logs }).some(
      ({ address, args }) =>
        address.toLowerCase() === network.usdc &&
        args.from.toLowerCase() === payment.from &&
        args.to.toLowerCase() === payment.to &&
        args.value === payment.amount,
    );
    return moved ? { tx } : undefined;
  }

  /** The transaction that used the authorization, from the newest block backwards; undefined when it was cancelled. */
  async #used({ from, nonce }: X402Payment): Promise<TxHash | undefined> {
    const { client, network } = this.#chain;
    let last = await getBlockNumber(client, { cacheTime: 0 });
    for (let window = 0; window < MAX_WINDOWS && last >= 0n; window++) {
      const first = last > WINDOW ? last - WINDOW : 0n;
      const range = { fromBlock: numberToHex(first), toBlock: numberToHex(last) };
      const [log] = await client.request({
        method: 'eth_getLogs',
        params: [{ address: network.usdc, topics: [[USED, CANCELED], pad(from), nonce], ...range }],
      });
      if (log?.transactionHash)
        return log.topics[0] === USED ? TxHash.parse(log.transactionHash) : undefined;
      last = first - 1n;
    }
    throw new Error(`The token knows nonce ${nonce} of ${from}, but the node finds no use of it.`);
  }
}
