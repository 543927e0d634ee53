import {
  BaseError,
  ContractFunctionRevertedError,
  encodeFunctionData,
  keccak256,
  numberToHex,
  pad,
  parseEventLogs,
  toHex,
} from 'viem';
import { getBlockNumber, readContract, simulateContract } from 'viem/actions';
import { TxHash } from '#contract/ids.ts';
import type { Feedback, Given } from '#core/ports/feedbacks.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import type { Sender } from '../facilitator/sender.ts';
import { reputationAbi } from './abi.ts';

/** How far back the transaction of what was said before is looked for: it is a courtesy, that it was said is certain without it. */
const WINDOW = 9_999n;

/**
 * Gives feedback by our one writer. Under its lease the registry is asked first whether this was said already, so asking twice or being
 * killed in between leaves one feedback per agent, deal and part.
 */
export class FeedbackGiver {
  readonly #chain: EvmChain;
  readonly #sender: Sender;

  constructor(chain: EvmChain, sender: Sender) {
    this.#chain = chain;
    this.#sender = sender;
  }

  /** @throws BusyError, and whatever the chain says; nothing is lost by asking again */
  give(feedback: Feedback): Promise<Given> {
    return this.#sender.exclusively(async (send) => {
      if (await this.#isGiven(feedback)) return { kind: 'settled', tx: await this.#txOf(feedback) };
      const call = this.#callOf(feedback);
      try {
        await simulateContract(this.#chain.client, { ...call, account: this.#sender.address });
      } catch (error) {
        const why = revertIn(error);
        if (why === undefined) throw error;
        return { kind: 'refused', reason: why };
      }
      const tx = await send({ to: call.address, data: encodeFunctionData(call) });
      const { status } = await this.#sender.receiptOf(tx);
      return status === 'success'
        ? { kind: 'settled', tx }
        : { kind: 'refused', reason: 'reverted' };
    });
  }

  #callOf({ agentId, taskId, as, score, from }: Feedback) {
    const hash = keccak256(
      toHex(JSON.stringify({ agentId: agentId.toString(), taskId, as, score, from })),
    );
    return {
      address: this.#chain.network.reputation,
      abi: reputationAbi,
      functionName: 'giveFeedback',
      args: [agentId, BigInt(score), 0, as, taskId, '', '', hash],
    } as const;
  }

  async #isGiven({ agentId, taskId, as }: Feedback): Promise<boolean> {
    const [count] = await readContract(this.#chain.client, {
      address: this.#chain.network.reputation,
      abi: reputationAbi,
      functionName: 'getSummary',
      args: [agentId, [this.#sender.address], as, taskId],
    });
    return count > 0n;
  }

  async #txOf({ agentId, taskId, as }: Feedback): Promise<TxHash | undefined> {
    const { client, network } = this.#chain;
    const last = await getBlockNumber(client, { cacheTime: 0 });
    const writer = this.#sender.address;
    const logs = await client.request({
      method: 'eth_getLogs',
      params: [
        {
          address: network.reputation,
          topics: [null, pad(numberToHex(agentId)), pad(writer)],
          fromBlock: numberToHex(last > WINDOW ? last - WINDOW : 0n),
          toBlock: numberToHex(last),
        },
      ],
    });
    const said = parseEventLogs({ abi: reputationAbi, eventName: 'NewFeedback', logs });
    const found = said.find(({ args }) => args.tag1 === as && args.tag2 === taskId);
    return found && TxHash.parse(found.transactionHash);
  }
}

function revertIn(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  return revert instanceof ContractFunctionRevertedError
    ? (revert.data?.errorName ?? revert.reason ?? 'reverted')
    : undefined;
}
