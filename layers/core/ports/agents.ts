import type { AgentState, Intent, LedgerEntry, Pulse } from '#contract/agent-state.ts';
import type { Deal, Generation, Purchase } from '#contract/deal.ts';
import type { Address, AgentId, TaskId } from '#contract/ids.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import type { Peer } from '#contract/peer.ts';
import type { Talk } from '#contract/talk.ts';
import type { OpenPayment } from '#contract/x402.ts';

/** The right to act as one agent until it is let go or runs out. `fence` only grows: an outrun holder's writes fail. */
export interface Lease {
  readonly agentId: AgentId;
  readonly owner: string;
  readonly fence: number;
}

/** All of an agent that one beat works on. */
export interface Snapshot {
  readonly state: AgentState;
  /** Deals that are not final, by task. */
  readonly deals: ReadonlyMap<TaskId, Deal>;
  /** Unfinished intents, oldest first. */
  readonly intents: readonly Intent[];
  readonly purchases: readonly Purchase[];
  /** Payments over direct doors that are not booked, or whose answer is not fetched. @default - none */
  readonly payments?: readonly OpenPayment[];
  /** Those of the open deals, by wallet. @default - nobody is remembered */
  readonly peers?: ReadonlyMap<Address, Peer>;
  /** Micro-USDC that the UTC day has reserved or spent. */
  readonly committed: bigint;
  readonly isHalted: boolean;
  /** What others said to it, oldest first and not too much at once. @default - nothing */
  readonly inbox?: readonly InboxEntry[];
  /** @default - nothing was said */
  readonly talk?: Talk;
}

/** What one transaction writes; all of it or nothing. */
export interface Change {
  /** Present on the commit of a decision: the same beat decides once. */
  readonly beat?: { readonly id: string; readonly keepUntil: Date } | undefined;
  readonly state?: AgentState | undefined;
  readonly deals?: readonly Deal[] | undefined;
  readonly purchases?: readonly Purchase[] | undefined;
  readonly intents?: readonly Intent[] | undefined;
  /** Ids of intents that are done. */
  readonly done?: readonly string[] | undefined;
  readonly entries?: readonly LedgerEntry[] | undefined;
  readonly peers?: readonly Peer[] | undefined;
  readonly payments?: readonly OpenPayment[] | undefined;
  /** What was read of the inbox: it is not there any more. */
  readonly heard?: readonly InboxEntry[] | undefined;
  readonly talk?: Talk | undefined;
  /** Open payments that are at their end. */
  readonly closedPayments?: readonly OpenPayment[] | undefined;
  /** Conditional on the day's limit, so that no two beats together exceed it. Negative amounts give back. */
  readonly budget?:
    | { readonly day: string; readonly amount: bigint; readonly limit: bigint }
    | undefined;
}

export type Commit = 'committed' | 'already-done' | 'outrun' | 'over-budget';

/** The agents' memory. Every write is conditional on the lease's fence. */
export interface Agents {
  /** Undefined when somebody else holds it: `again` was left on it, so that its holder beats once more. */
  takeLease(
    agentId: AgentId,
    term: { readonly owner: string; readonly now: Date; readonly until: Date },
  ): Promise<Lease | undefined>;
  /** `again`: a wake-up came meanwhile and the lease is still ours: beat once more. `lost`: it ran out and is another's. */
  letGo(lease: Lease): Promise<'gone' | 'again' | 'lost'>;
  /** `generation` is the corpus that purchases may be of, besides those of the agent's own cycle. */
  load(
    agentId: AgentId,
    view: { readonly day: string; readonly generation: Generation | undefined },
  ): Promise<Snapshot>;
  commit(lease: Lease, change: Change): Promise<Commit>;
  /** Marks one more try of an intent; false when the lease is no longer ours. */
  claim(lease: Lease, intent: Intent): Promise<boolean>;
  deal(agentId: AgentId, taskId: TaskId): Promise<Deal | undefined>;
  /** What is remembered of these wallets. */
  peers(agentId: AgentId, wallets: readonly Address[]): Promise<ReadonlyMap<Address, Peer>>;
  /** Micro-USDC by account of its ledger; empty before the ledger is opened. */
  balances(agentId: AgentId): Promise<ReadonlyMap<string, bigint>>;
  pulse(pulse: Pulse): Promise<void>;
  /** The last pulse of each of them; absent for who has none, or one that cannot be read. Only the coordinator and who obeys the owner may ask. */
  pulses(of: readonly AgentId[]): Promise<ReadonlyMap<AgentId, Pulse>>;
  /** Wallets of the roster's agents as the owner registered them, by address. */
  roster(): Promise<ReadonlyMap<Address, AgentId>>;
}
