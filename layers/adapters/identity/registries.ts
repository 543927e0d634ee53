import { numberToHex, pad, parseEventLogs, toEventSelector } from 'viem';
import { getBlockNumber, readContract } from 'viem/actions';
import type { Address } from '#contract/ids.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { identityAbi, reputationAbi } from './abi.ts';

// public nodes refuse to search more blocks at once; 100 windows are three weeks of Base
const WINDOW = 9_999n;
const MAX_WINDOWS = 100;
const TRANSFER = toEventSelector('Transfer(address,address,uint256)');

/** An agent as the identity registry knows it. */
export interface Identity {
  readonly agentId: bigint;
  readonly owner: Address;
  readonly uri: string;
}

/** What clients said of an agent: `value` has `decimals` decimals. */
export interface Reputation {
  readonly count: bigint;
  readonly value: bigint;
  readonly decimals: number;
}

/** Reads of the ERC-8004 registries of one chain. Every call throws when the node cannot be reached. */
export class Registries {
  readonly #chain: EvmChain;

  constructor(chain: EvmChain) {
    this.#chain = chain;
  }

  /** The newest identity that this wallet holds, for which `accept` holds; undefined when it has none. */
  async identityOf(
    owner: Address,
    accept: (uri: string) => boolean = () => true,
  ): Promise<Identity | undefined> {
    const { client, network } = this.#chain;
    const read = { address: network.identity, abi: identityAbi } as const;
    const held = await readContract(client, { ...read, functionName: 'balanceOf', args: [owner] });
    if (held === 0n) return undefined;
    for await (const agentId of this.#received(owner)) {
      const args = [agentId] as const;
      const now = await readContract(client, { ...read, functionName: 'ownerOf', args });
      if (now.toLowerCase() !== owner) continue;
      const uri = await readContract(client, { ...read, functionName: 'tokenURI', args });
      if (accept(uri)) return { agentId, owner, uri };
    }
    return undefined;
  }

  /** Only what these clients said counts: anybody may say anything. An empty tag matches all. */
  async reputationOf(agentId: bigint, clients: readonly Address[], tag = ''): Promise<Reputation> {
    const [count, value, decimals] = await readContract(this.#chain.client, {
      address: this.#chain.network.reputation,
      abi: reputationAbi,
      functionName: 'getSummary',
      args: [agentId, clients, tag, ''],
    });
    return { count, value, decimals };
  }

  /** Ids that ever came to this wallet, the newest first. */
  async *#received(owner: Address): AsyncGenerator<bigint> {
    const { client, network } = this.#chain;
    let last = await getBlockNumber(client, { cacheTime: 0 });
    for (let window = 0; window < MAX_WINDOWS && last >= 0n; window++) {
      const first = last > WINDOW ? last - WINDOW : 0n;
      const range = { fromBlock: numberToHex(first), toBlock: numberToHex(last) };
      const logs = await client.request({
        method: 'eth_getLogs',
        params: [{ address: network.identity, topics: [TRANSFER, null, pad(owner)], ...range }],
      });
      const events = parseEventLogs({ abi: identityAbi, eventName: 'Transfer', logs });
      for (const { args } of events.toReversed()) yield args.tokenId;
      last = first - 1n;
    }
  }
}
