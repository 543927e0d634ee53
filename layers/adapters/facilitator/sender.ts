import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import {
  estimateFeesPerGas,
  estimateGas,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions';
import type { Hex, TxHash } from '#contract/ids.ts';
import type { DynamoLease } from './lease.ts';

const RECEIPT_MS = 15_000;
const POLL_MS = 50;

export interface Call {
  readonly to: Hex;
  readonly data: Hex;
}

/** Sends transactions of one key, one after the other among all Lambdas. */
export class Sender {
  readonly account: PrivateKeyAccount;
  readonly #client: Client;
  readonly #chainId: number;
  readonly #lease: DynamoLease;

  constructor(
    privateKey: Hex,
    {
      client,
      chainId,
      lease,
    }: { readonly client: Client; readonly chainId: number; readonly lease: DynamoLease },
  ) {
    this.account = privateKeyToAccount(privateKey);
    this.#client = client;
    this.#chainId = chainId;
    this.#lease = lease;
  }

  /**
   * Runs `work` while nobody else can send. Its `send` answers the hash as soon as the node has the transaction.
   * @throws BusyError before anything was sent; anything else may come after
   */
  exclusively<T>(work: (send: (call: Call) => Promise<TxHash>) => Promise<T>): Promise<T> {
    return this.#lease.hold((held) =>
      work(async (call) => {
        const serializedTransaction = await this.#sign(call);
        held.check();
        return sendRawTransaction(this.#client, { serializedTransaction });
      }),
    );
  }

  /** @throws when it is not mined within 15 s */
  async receiptOf(hash: TxHash): Promise<TransactionReceipt> {
    // by hand: viem's own waiting watches blocks, and is slower to see what is mined at once
    for (let waited = 0; ; waited += POLL_MS) {
      try {
        return await getTransactionReceipt(this.#client, { hash });
      } catch (error) {
        if (!(error instanceof TransactionReceiptNotFoundError) || waited > RECEIPT_MS) throw error;
      }
      await sleep(POLL_MS);
    }
  }

  async #sign({ to, data }: Call): Promise<Hex> {
    const { address } = this.account;
    const [nonce, gas, fees] = await Promise.all([
      getTransactionCount(this.#client, { address, blockTag: 'pending' }),
      estimateGas(this.#client, { account: address, to, data }),
      estimateFeesPerGas(this.#client),
    ]);
    return this.account.signTransaction({
      type: 'eip1559',
      chainId: this.#chainId,
      nonce,
      gas: (gas * 6n) / 5n,
      to,
      data,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    });
  }
}
