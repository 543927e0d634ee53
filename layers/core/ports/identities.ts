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

/** The ERC-8004 registries of our chain. Every call throws when the node cannot be reached. */
export interface Identities {
  /**
   * Our own wallet's identity: the registry's, the one that the operator set, or else a new one whose URI is the agent's card. Asked
   * again it is the same. @throws when it gets none, or when what was set is not ours
   */
  own(agent: AgentId): Promise<bigint>;
  /** This identity, if it speaks for this wallet. */
  confirm(agentId: bigint, wallet: Address): Promise<Identity | undefined>;
  /** Only what these clients said counts: anybody may say anything. */
  reputationOf(agentId: bigint, clients: readonly Address[]): Promise<Reputation>;
}
