import type { Command } from 'commander';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { balances, sum } from '#core/money/ledger.ts';
import { type Library, readAll } from '../local/economy/progress.ts';
import { economyAt } from './economy-at.ts';
import { agentId, type LookFlags, withLookFlags } from './options.ts';
import { fail, paint, print } from './output.ts';

/** One ledger entry; amounts in decimal USDC. */
export interface EntryRow {
  readonly agent: string;
  readonly id: string;
  readonly at: string;
  readonly taskId?: string;
  readonly tx?: string;
  readonly postings: readonly { readonly account: string; readonly usdc: string }[];
}

export interface LedgerView {
  readonly entries: readonly EntryRow[];
  /** By agent and account. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Over all postings; anything but 0 is a broken ledger. */
  readonly sum: string;
}

interface Flags extends LookFlags {
  readonly agent?: AgentId;
}

export function addLedger(program: Command): void {
  withLookFlags(program.command('ledger'))
    .description('Entries with their postings, the balance of every account, and the sum of all.')
    .option('--agent <id>', 'of this agent alone', agentId)
    .action((flags: Flags) => ledger(flags).catch(fail));
}

async function ledger({ dir, json, agent }: Flags): Promise<void> {
  const { clients } = await economyAt(dir);
  const view = ledgerView(await readAll(clients), agent);
  if (view.sum !== '0') process.exitCode = 1;
  print(json, view, () => ledgerText(view));
}

/** Pure: every entry, oldest first. */
export function entryRows(library: Library): readonly EntryRow[] {
  const rows = [...library].flatMap(([agent, { entries }]) =>
    entries.map(({ id, at, taskId, tx, postings }) => ({
      agent,
      id,
      at,
      ...(taskId === undefined ? {} : { taskId }),
      ...(tx === undefined ? {} : { tx }),
      postings: postings.map(({ account, amount }) => ({ account, usdc: formatUsdc(amount) })),
    })),
  );
  return rows.toSorted((a, b) => a.at.localeCompare(b.at));
}

/** Pure. */
export function ledgerView(library: Library, agent?: AgentId): LedgerView {
  const chosen = new Map([...library].filter(([id]) => agent === undefined || id === agent));
  const all = [...chosen.values()].flatMap(({ entries }) => entries);
  return {
    entries: entryRows(chosen),
    balances: Object.fromEntries(
      [...chosen].map(([id, { entries }]) => [id, inUsdc(balances(entries))]),
    ),
    sum: formatUsdc(sum(all.flatMap(({ postings }) => postings))),
  };
}

function inUsdc(accounts: ReadonlyMap<string, bigint>): Record<string, string> {
  const sorted = [...accounts].toSorted(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(sorted.map(([account, micro]) => [account, formatUsdc(micro)]));
}

function ledgerText({ entries, balances: accounts, sum: total }: LedgerView): string {
  const lines = entries.flatMap(({ agent, at, id, postings }) => [
    `${paint('dim', at)}  ${agent.padEnd(19)} ${id}`,
    ...postings.map(({ account, usdc }) => `    ${account.padEnd(26)} ${usdc.padStart(12)}`),
  ]);
  const standing = Object.entries(accounts).flatMap(([agent, byAccount]) => [
    paint('bold', agent),
    ...Object.entries(byAccount).map(
      ([account, usdc]) => `    ${account.padEnd(26)} ${usdc.padStart(12)}`,
    ),
  ]);
  const word = paint(total === '0' ? 'green' : 'red', `sum ${total}`);
  return [...lines, '', ...standing, '', `${entries.length} entries, ${word}`].join('\n');
}
