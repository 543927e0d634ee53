import type { Command } from 'commander';
import type { Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { ROSTER } from '#contract/roster.ts';
import { age } from '#core/talk/age.ts';
import { readAll } from '../local/economy/progress.ts';
import { type WalletBalance, walletBalances } from '../local/economy/wallet-balances.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, print, table } from './output.ts';
import { secondsSince } from './words.ts';

/** One agent as its owner sees it; `pulseAgeSeconds` is null before its first beat. */
export interface AgentRow {
  readonly id: string;
  readonly role: string;
  readonly wallet: string;
  readonly pulseAgeSeconds: number | null;
  readonly openDeals: number;
  readonly pendingIntents: number;
  /** On chain, in decimal USDC. */
  readonly balanceUsdc: string;
}

export function addAgents(program: Command): void {
  withLookFlags(program.command('agents'))
    .description('Who lives here: role, wallet, last pulse, open deals, pending intents, balance.')
    .action((flags: LookFlags) => agents(flags).catch(fail));
}

async function agents({ dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const ids = ROSTER.map(({ id }) => id);
  const [pulses, library] = await Promise.all([clients.agents.pulses(ids), readAll(clients)]);
  const wallets = await walletBalances(library, clients);
  const rows = agentRows({ pulses, wallets, now: new Date() });
  print(json, rows, () => agentTable(rows));
}

/** Pure: joins the roster with what is known of each agent. */
export function agentRows({
  pulses,
  wallets,
  now,
}: {
  readonly pulses: ReadonlyMap<AgentId, Pulse>;
  readonly wallets: readonly WalletBalance[];
  readonly now: Date;
}): readonly AgentRow[] {
  return ROSTER.map(({ id, role }) => {
    const held = wallets.find((one) => one.id === id);
    const pulse = pulses.get(id);
    return {
      id,
      role,
      wallet: held?.wallet ?? '',
      pulseAgeSeconds: pulse === undefined ? null : secondsSince(pulse.at, now),
      openDeals: pulse?.openDeals ?? 0,
      pendingIntents: pulse?.pendingIntents ?? 0,
      balanceUsdc: formatUsdc(held?.onChain ?? 0n),
    };
  });
}

function agentTable(rows: readonly AgentRow[]): string {
  return table(
    ['AGENT', 'ROLE', 'PULSE', 'DEALS', 'INTENTS', 'USDC', 'WALLET'],
    rows.map((row) => [
      row.id,
      row.role,
      row.pulseAgeSeconds === null ? 'never' : `${age(row.pulseAgeSeconds)} ago`,
      String(row.openDeals),
      String(row.pendingIntents),
      row.balanceUsdc,
      row.wallet,
    ]),
  );
}
