import { setTimeout as sleep } from 'node:timers/promises';
import {
  BaseError,
  type Client,
  ContractFunctionRevertedError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type TransactionSerializableEIP1559,
} from 'viem';
import {
  estimateFeesPerGas,
  estimateGas,
  getTransactionCount,
  getTransactionReceipt,
} from 'viem/actions';
import type { Hex, TxHash } from '#contract/ids.ts';

const RECEIPT_MS = 15_000;
const POLL_MS = 50;

/** One call of a contract. */
export interface Call {
  readonly to: Hex;
  readonly data: Hex;
}

/** The call as a transaction of this sender, ready to be signed; `latest` takes the place of one that is still waiting. */
export async function transactionOf(
  client: Client,
  { to, data }: Call,
  sender: {
    readonly address: Hex;
    readonly chainId: number;
    readonly after: 'pending' | 'latest';
  },
): Promise<
  TransactionSerializableEIP1559 & { readonly gas: bigint; readonly maxFeePerGas: bigint }
> {
  const { address, chainId, after } = sender;
  const [nonce, gas, fees] = await Promise.all([
    getTransactionCount(client, { address, blockTag: after }),
    estimateGas(client, { account: address, to, data }),
    estimateFeesPerGas(client),
  ]);
  return {
    type: 'eip1559',
    chainId,
    nonce,
    gas: (gas * 6n) / 5n,
    to,
    data,
    maxFeePerGas: fees.maxFeePerGas,
    maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
  };
}

/** @throws when it is not mined within 15 s */
export async function receiptOf(client: Client, hash: TxHash): Promise<TransactionReceipt> {
  // by hand: viem's own waiting watches blocks, and is slower to see what is mined at once
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      return await getTransactionReceipt(client, { hash });
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError) || waited > RECEIPT_MS) throw error;
    }
    await sleep(POLL_MS);
  }
}

/** The contracts' word against a simulated call; anything that is no revert is thrown again. */
export function revertReason(error: unknown): string {
  if (error instanceof BaseError) {
    const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (revert instanceof ContractFunctionRevertedError) {
      return revert.reason ?? revert.data?.errorName ?? 'simulation_reverted';
    }
  }
  throw error;
}
