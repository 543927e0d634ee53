import type { Intent } from '#contract/agent-state.ts';
import type { Deal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';

/** What an auditor must know of one agent. Money in micro-USDC. */
export interface Account {
  readonly agentId: AgentId;
  readonly intents: readonly Intent[];
  /** Deals that are not final. */
  readonly deals: readonly Deal[];
  /** Payments over direct doors that are not booked yet. */
  readonly openPayments: number;
  /** Balance of every account of its ledger; undefined before the ledger was opened. */
  readonly balances: ReadonlyMap<string, bigint> | undefined;
}

/** Reads agents without being one. */
export interface Accounts {
  of(agentId: AgentId): Promise<Account>;
}

/** In how many runs in a row each finding was there. */
export interface Standing {
  counts(): Promise<ReadonlyMap<string, number>>;
  /** Remembers the findings of this run, and forgets those that are gone. */
  keep(counts: ReadonlyMap<string, number>): Promise<void>;
}
