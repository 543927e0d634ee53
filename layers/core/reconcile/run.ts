import type { AgentId, TaskId } from '#contract/ids.ts';
import type { Account, Accounts, Standing } from '../ports/accounts.ts';
import type { Chain, EscrowState } from '../ports/chain.ts';
import type { WakeUps } from '../ports/wake-ups.ts';
import { type Finding, findingsOf } from './findings.ts';

/** In so many runs in a row: the agent was woken and could not mend it. */
const STANDING_RUNS = 4;

/** What an auditor looks with; it holds no key. */
export interface Auditor {
  readonly accounts: Accounts;
  readonly standing: Standing;
  readonly chain: Pick<Chain, 'balanceOf' | 'escrowState'>;
  /** Whether the market shows a task to everybody; undefined when it does not answer. */
  readonly isPublished: (id: TaskId) => Promise<boolean | undefined>;
  readonly walletOf: (agentId: AgentId) => Promise<`0x${string}` | undefined>;
  readonly wakeUps: WakeUps;
}

export interface Audit {
  readonly findings: readonly Finding[];
  /** Of these, what stays however often its agent is woken. */
  readonly standing: readonly Finding[];
  /** USDC in wallets, in micro-USDC, of agents that have one. */
  readonly balances: ReadonlyMap<AgentId, bigint>;
  /** Agents that could not be looked at, and why. */
  readonly failed: readonly { readonly agentId: AgentId; readonly error: unknown }[];
}

/** Looks at every agent and wakes those with something to mend. One that cannot be looked at hides no other. `runId` is the run's own. */
export async function audit(
  agents: readonly AgentId[],
  auditor: Auditor,
  { runId, now }: { readonly runId: string; readonly now: Date },
): Promise<Audit> {
  const findings: Finding[] = [];
  const balances = new Map<AgentId, bigint>();
  const failed: { agentId: AgentId; error: unknown }[] = [];
  for (const agentId of agents) {
    try {
      const account = await auditor.accounts.of(agentId);
      const shown = await show(account, auditor);
      if (shown.balance !== undefined) balances.set(agentId, shown.balance);
      findings.push(...findingsOf(account, shown, now));
    } catch (error) {
      failed.push({ agentId, error });
    }
  }
  const before = await auditor.standing.counts();
  const counts = new Map(findings.map(({ id }) => [id, (before.get(id) ?? 0) + 1]));
  await auditor.standing.keep(counts);
  for (const agentId of new Set(findings.map((finding) => finding.agentId)))
    await auditor.wakeUps.wake({ v: 1, agentId, reason: 'reconcile', id: `${runId}/${agentId}` });
  const standing = findings.filter(({ id }) => (counts.get(id) ?? 0) >= STANDING_RUNS);
  return { findings, standing, balances, failed };
}

async function show({ agentId, deals }: Account, auditor: Auditor) {
  const wallet = await auditor.walletOf(agentId);
  const balance = wallet && (await auditor.chain.balanceOf(wallet));
  const escrows = new Map<TaskId, EscrowState>();
  const published = new Map<TaskId, boolean>();
  for (const { taskId, payment } of deals) {
    if (payment !== undefined) escrows.set(taskId, await auditor.chain.escrowState(payment));
    const isPublished = await auditor.isPublished(taskId);
    if (isPublished !== undefined) published.set(taskId, isPublished);
  }
  return { balance, escrows, published };
}
