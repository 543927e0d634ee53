import {
  type Client,
  createClient,
  encodeEventTopics,
  http,
  numberToHex,
  parseEventLogs,
  type RpcLog,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem';
import { getBlockNumber, getTransactionReceipt, readContract } from 'viem/actions';
import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, TxHash } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Chain, EscrowState, Transfer } from '#core/ports/chain.ts';
import { escrowAbi, usdcAbi } from './abi.ts';
import { fromChain, paymentInfoHash } from './payment-info.ts';

type EscrowEvent = 'PaymentAuthorized' | 'PaymentCaptured' | 'PaymentVoided' | 'PaymentReclaimed';

const TIMEOUT_MS = 8_000;
// public nodes refuse to search more blocks at once; 100 windows are three weeks of Base
const WINDOW = 9_999n;
const MAX_WINDOWS = 100;

/** Reads one EVM chain over JSON-RPC. It polls nothing and holds no connection. */
export class EvmChain implements Chain {
  readonly client: Client;
  readonly network: Network;

  constructor(network: Network, rpcUrl: string) {
    this.network = network;
    this.client = createClient({ transport: http(rpcUrl, { timeout: TIMEOUT_MS, retryCount: 2 }) });
  }

  balanceOf(address: Address): Promise<bigint> {
    return readContract(this.client, {
      address: this.network.usdc,
      abi: usdcAbi,
      functionName: 'balanceOf',
      args: [address],
    });
  }

  async transfersIn(tx: TxHash): Promise<readonly Transfer[] | undefined> {
    const receipt = await this.#receipt(tx);
    if (receipt === undefined) return undefined;
    const logs = receipt.logs.filter(({ address }) => isSame(address, this.network.usdc));
    return parseEventLogs({ abi: usdcAbi, eventName: 'Transfer', logs }).map(({ args }) => ({
      from: Address.parse(args.from),
      to: Address.parse(args.to),
      value: args.value,
    }));
  }

  async escrowState(info: PaymentInfo): Promise<EscrowState> {
    const [hasCollected, capturable] = await readContract(this.client, {
      address: this.network.escrow,
      abi: escrowAbi,
      functionName: 'paymentState',
      args: [paymentInfoHash(this.network, info)],
    });
    if (!hasCollected) return { kind: 'none' };
    return capturable > 0n ? { kind: 'locked', capturable } : { kind: 'closed' };
  }

  async lockIn(
    tx: TxHash,
  ): Promise<{ readonly info: PaymentInfo; readonly amount: bigint } | undefined> {
    const receipt = await this.#receipt(tx);
    const logs = receipt?.logs.filter(({ address }) => isSame(address, this.network.escrow)) ?? [];
    const [locked] = parseEventLogs({ abi: escrowAbi, eventName: 'PaymentAuthorized', logs });
    return locked && { info: fromChain(locked.args.paymentInfo), amount: locked.args.amount };
  }

  async lockOf(
    info: PaymentInfo,
  ): Promise<{ readonly tx: TxHash; readonly amount: bigint } | undefined> {
    if ((await this.escrowState(info)).kind === 'none') return undefined;
    const logs = await this.#eventsOf(info, ['PaymentAuthorized']);
    const [locked] = parseEventLogs({ abi: escrowAbi, eventName: 'PaymentAuthorized', logs });
    return locked && { tx: TxHash.parse(locked.transactionHash), amount: locked.args.amount };
  }

  async closeOf(
    info: PaymentInfo,
  ): Promise<{ readonly tx: TxHash; readonly kind: 'captured' | 'voided' } | undefined> {
    if ((await this.escrowState(info)).kind !== 'closed') return undefined;
    const logs = await this.#eventsOf(info, [
      'PaymentCaptured',
      'PaymentVoided',
      'PaymentReclaimed',
    ]);
    const [closed] = parseEventLogs({ abi: escrowAbi, logs });
    return (
      closed && {
        tx: TxHash.parse(closed.transactionHash),
        kind: closed.eventName === 'PaymentCaptured' ? 'captured' : 'voided',
      }
    );
  }

  /** The escrow's events of one payment, from the newest blocks backwards to the first window that has any. */
  async #eventsOf(info: PaymentInfo, names: readonly EscrowEvent[]): Promise<RpcLog[]> {
    const signatures = names.flatMap((eventName) =>
      encodeEventTopics({ abi: escrowAbi, eventName }).flat(),
    );
    const topics = [
      signatures.filter((topic) => topic !== null),
      paymentInfoHash(this.network, info),
    ];
    let last = await getBlockNumber(this.client, { cacheTime: 0 });
    for (let window = 0; window < MAX_WINDOWS && last >= 0n; window++) {
      const first = last > WINDOW ? last - WINDOW : 0n;
      const logs = await this.client.request({
        method: 'eth_getLogs',
        params: [
          {
            address: this.network.escrow,
            topics,
            fromBlock: numberToHex(first),
            toBlock: numberToHex(last),
          },
        ],
      });
      if (logs.length > 0) return logs;
      last = first - 1n;
    }
    throw new Error(
      `The escrow knows payment ${paymentInfoHash(this.network, info)}, but the node finds no ${names.join(' or ')} of it.`,
    );
  }

  async #receipt(hash: TxHash): Promise<TransactionReceipt | undefined> {
    try {
      const receipt = await getTransactionReceipt(this.client, { hash });
      return receipt.status === 'success' ? receipt : undefined;
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined;
      throw error;
    }
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
