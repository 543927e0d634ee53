import {
  BaseError,
  ContractFunctionRevertedError,
  numberToHex,
  pad,
  parseEventLogs,
  toEventSelector,
} from 'viem';
import { getBlockNumber, readContract } from 'viem/actions';
import { Address } from '#contract/ids.ts';
import type { Identity, Reputation } from '#core/ports/identities.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { identityAbi, reputationAbi } from './abi.ts';

// public nodes refuse to search more blocks at once; 100 windows are three weeks of Base
const WINDOW = 9_999n;
const MAX_WINDOWS = 100;
const TRANSFER = toEventSelector('Transfer(address,address,uint256)');

/** An identity with the address of its card. */
export interface Registered extends Identity {
  readonly uri: string;
}

/** Reads of the ERC-8004 registries of one chain. Every call throws when the node cannot be reached. */
export class Registries {
  readonly #chain: EvmChain;

  constructor(chain: EvmChain) {
    this.#chain = chain;
  }

  /** Whether this wallet holds any identity: one cheap read. */
  async holdsAny(owner: Address): Promise<boolean> {
    const args = [owner] as const;
    return (
      (await readContract(this.#chain.client, {
        ...this.#identity,
        functionName: 'balanceOf',
        args,
      })) > 0n
    );
  }

  /**
   * The newest identity that this wallet holds; undefined when it has none.
   * @throws when it holds one that is older than the node is willing to search
   */
  async identityOf(owner: Address): Promise<Registered | undefined> {
    if (!(await this.holdsAny(owner))) return undefined;
    const found = await this.#newest(owner, () => true);
    if (found) return found;
    throw new Error(
      `Wallet ${owner} holds an ERC-8004 identity that is older than the node shows: name it in the stage's \`identities\`.`,
    );
  }

  /** The newest of those with this card that came to this wallet and are still there. */
  async withCard(owner: Address, uri: string): Promise<Registered | undefined> {
    return (await this.holdsAny(owner)) ? this.#newest(owner, (one) => one === uri) : undefined;
  }

  /** Undefined when there is no such identity. */
  async ownerOf(agentId: bigint): Promise<Address | undefined> {
    return this.#addressIn('ownerOf', agentId);
  }

  /** This identity, if this wallet holds it or is its agent wallet; undefined also when there is no such identity. */
  async confirm(agentId: bigint, wallet: Address): Promise<Identity | undefined> {
    const owner = await this.ownerOf(agentId);
    if (owner === undefined) return undefined;
    const speaks =
      owner === wallet || (await this.#addressIn('getAgentWallet', agentId)) === wallet;
    return speaks ? { agentId, owner } : undefined;
  }

  /** Only what these clients said counts: anybody may say anything. An empty tag matches all. */
  async reputationOf(agentId: bigint, clients: readonly Address[], tag = ''): Promise<Reputation> {
    if (clients.length === 0) return { count: 0, score: 0 };
    const [count, value, decimals] = await readContract(this.#chain.client, {
      address: this.#chain.network.reputation,
      abi: reputationAbi,
      functionName: 'getSummary',
      args: [agentId, clients, tag, ''],
    });
    return { count: Number(count), score: Number(value) / 10 ** decimals };
  }

  async #addressIn(
    functionName: 'ownerOf' | 'getAgentWallet',
    agentId: bigint,
  ): Promise<Address | undefined> {
    const call = { ...this.#identity, functionName, args: [agentId] } as const;
    try {
      return Address.parse(await readContract(this.#chain.client, call));
    } catch (error) {
      if (isRevert(error)) return undefined;
      throw error;
    }
  }

  get #identity() {
    return { address: this.#chain.network.identity, abi: identityAbi } as const;
  }

  async #newest(owner: Address, accept: (uri: string) => boolean): Promise<Registered | undefined> {
    const { client } = this.#chain;
    for await (const agentId of this.#received(owner)) {
      const read = { ...this.#identity, args: [agentId] } as const;
      const now = await readContract(client, { ...read, functionName: 'ownerOf' });
      if (now.toLowerCase() !== owner) continue;
      const uri = await readContract(client, { ...read, functionName: 'tokenURI' });
      if (accept(uri)) return { agentId, owner, uri };
    }
    return undefined;
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

function isRevert(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => cause instanceof ContractFunctionRevertedError) !== null
  );
}
