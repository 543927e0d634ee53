import type { Client, TransactionReceipt } from 'viem';
import { getBalance, sendRawTransaction } from 'viem/actions';
import type { Address, Hex, TxHash } from '#contract/ids.ts';
import { addressOf } from '../evm/secp256k1.ts';
import { type Call, receiptOf, transactionOf } from '../evm/sending.ts';
import { signTransaction } from '../evm/sign-transaction.ts';
import type { DynamoLease } from './lease.ts';

/** Nobody needs to know of more. */
const MOST_COUNTED = 1_000_000;

export interface SenderParts {
  readonly client: Client;
  readonly chainId: number;
  readonly lease: DynamoLease;
  /** Told before each transaction how many like it the key's gas pays for. @default - nobody counts */
  readonly onGas?: (transactions: number) => void;
}

/** Sends transactions of one key, one after the other among all Lambdas. */
export class Sender {
  readonly address: Address;
  readonly #privateKey: Hex;
  readonly #client: Client;
  readonly #chainId: number;
  readonly #lease: DynamoLease;
  readonly #onGas: SenderParts['onGas'];

  constructor(privateKey: Hex, { client, chainId, lease, onGas }: SenderParts) {
    this.address = addressOf(privateKey);
    this.#privateKey = privateKey;
    this.#client = client;
    this.#chainId = chainId;
    this.#lease = lease;
    this.#onGas = onGas;
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
  receiptOf(hash: TxHash): Promise<TransactionReceipt> {
    return receiptOf(this.#client, hash);
  }

  async #sign(call: Call): Promise<Hex> {
    const { address } = this;
    const sender = { address, chainId: this.#chainId, after: 'pending' } as const;
    const transaction = await transactionOf(this.#client, call, sender);
    const left = await getBalance(this.#client, { address });
    const cost = transaction.gas * transaction.maxFeePerGas;
    this.#onGas?.(Math.min(MOST_COUNTED, Number(left / (cost || 1n))));
    return signTransaction(transaction, this.#privateKey);
  }
}
