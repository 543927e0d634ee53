import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { formatUsdc } from '#contract/money.ts';
import { readAll } from '../local/economy/progress.ts';
import { type WalletBalance, walletBalances } from '../local/economy/wallet-balances.ts';
import { economyAt } from './economy-at.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, paint, print, table } from './output.ts';

/** A payment is on the chain before its beat has booked it: a difference counts only when it stays so long. */
const LOOKS = 6;
const PAUSE_MS = 1_000;

/** By agent, in decimal USDC. */
export interface BalanceView {
  readonly equal: boolean;
  readonly agents: readonly {
    readonly id: string;
    readonly chain: string;
    readonly ledger: string;
    /** Chain less ledger. */
    readonly difference: string;
  }[];
}

export function addBalances(program: Command): void {
  withLookFlags(program.command('balances'))
    .description('Every wallet on chain against its ledger; exit code 1 when they differ.')
    .action((flags: LookFlags) => compare(flags).catch(fail));
}

async function compare({ dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const look = async () => balanceView(await walletBalances(await readAll(clients), clients));
  let view = await look();
  for (let looks = 1; !view.equal && looks < LOOKS; looks += 1) {
    await sleep(PAUSE_MS);
    view = await look();
  }
  if (!view.equal) process.exitCode = 1;
  print(json, view, () => balanceTable(view));
}

/** Pure. */
export function balanceView(rows: readonly WalletBalance[]): BalanceView {
  return {
    equal: rows.every(({ onChain, inLedger }) => onChain === inLedger),
    agents: rows.map(({ id, onChain, inLedger }) => ({
      id,
      chain: formatUsdc(onChain),
      ledger: formatUsdc(inLedger),
      difference: formatUsdc(onChain - inLedger),
    })),
  };
}

function balanceTable({ equal, agents }: BalanceView): string {
  const rows = agents.map(({ id, chain, ledger, difference }) => [
    id,
    chain,
    ledger,
    difference === '0' ? '' : difference,
  ]);
  const word = equal
    ? paint('green', 'Every wallet equals its ledger.')
    : paint('red', 'Chain and ledger differ.');
  return `${table(['AGENT', 'CHAIN', 'LEDGER', 'DIFFERENCE'], rows)}\n\n${word}`;
}
