import type { Address, AgentId } from '#contract/ids.ts';

/** An ERC-8004 identity that speaks for a wallet; `owner` holds it, and may hold others. */
export interface Identity {
  readonly agentId: bigint;
  readonly owner: Address;
}

/** What clients said of an agent, 0-100 on the average. */
export interface Reputation {
  readonly count: number;
  readonly score: number;
}

/** Who is behind a wallet, and what clients said of it. */
export interface Standing extends Reputation {
  readonly owner: Address;
}

/** The ERC-8004 registries of our chain. Every call throws when the node cannot be reached. */
export interface Identities {
  /**
   * Our own wallet's identity: the registry's, the one that the operator set, or else a new one whose URI is the agent's card. Asked
   * again it is the same. @throws when it gets none, or when what was set is not ours
   */
  own(agent: AgentId): Promise<bigint>;
  /**
   * Of a wallet that has an identity; undefined when it has none that can be found. Only what these clients said counts: anybody may say
   * anything.
   */
  standingOf(wallet: Address, clients: readonly Address[]): Promise<Standing | undefined>;
}
