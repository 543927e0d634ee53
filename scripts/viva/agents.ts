import type { Command } from 'commander';
import type { Pulse } from '#contract/agent-state.ts';
import type { Address, AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import type { Peer } from '#contract/peer.ts';
import { ROSTER } from '#contract/roster.ts';
import { outcomesWith, trustIn } from '#core/market/peers.ts';
import { age } from '#core/talk/age.ts';
import { readAll } from '../local/economy/progress.ts';
import { type WalletBalance, walletBalances } from '../local/economy/wallet-balances.ts';
import { economyAt } from './economy-at.ts';
import { agentId, type LookFlags, withLookFlags } from './options.ts';
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

/** One peer as its agent remembers it; `trust` is 0 to 100, outcomes are of the newest 50 interactions. */
interface PeerRow {
  readonly name: string;
  readonly wallet: string;
  readonly trust: number;
  readonly deals: number;
  readonly kept: number;
  readonly failed: number;
  readonly cheated: number;
  readonly seen: Peer['seen'];
  readonly notes: readonly string[];
}

export function addAgents(program: Command): void {
  withLookFlags(program.command('agents'))
    .description(
      'Who lives here: role, wallet, last pulse, open deals, pending intents, balance; of one agent, whom it remembers.',
    )
    .argument('[id]', 'an agent, to see its peers', agentId)
    .action((id: AgentId | undefined, flags: LookFlags) =>
      (id === undefined ? agents(flags) : peers(id, flags)).catch(fail),
    );
}

/** Whom one agent remembers, and how it fared with them. */
async function peers(id: AgentId, { dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const [book, roster] = await Promise.all([clients.books.of(id), clients.agents.roster()]);
  const rows = peerRows(book.peers, roster);
  print(json, rows, () =>
    rows.length === 0 ? `${id} remembers nobody yet.` : peerTable(rows, new Date()),
  );
}

/** Pure: the most trusted first. */
function peerRows(
  peersOf: readonly Peer[],
  roster: ReadonlyMap<Address, AgentId>,
): readonly PeerRow[] {
  return peersOf
    .map((peer) => {
      const { kept } = outcomesWith(peer);
      const { wallet, seen, deals, interactions, notes } = peer;
      const cheated = interactions.filter(({ outcome }) => outcome === 'cheated').length;
      const ended = { kept, cheated, failed: interactions.length - kept - cheated };
      const name = roster.get(wallet) ?? wallet;
      return { name, wallet, trust: trustIn(peer), deals, ...ended, seen, notes };
    })
    .toSorted((a, b) => b.trust - a.trust);
}

function peerTable(rows: readonly PeerRow[], now: Date): string {
  return table(
    ['PEER', 'TRUST', 'DEALS', 'KEPT', 'FAILED', 'CHEATED', 'SEEN', 'LAST NOTE'],
    rows.map(({ name, trust, deals, kept, failed, cheated, seen, notes }) => [
      name,
      String(trust),
      ...[deals, kept, failed, cheated].map(String),
      `${age(secondsSince(seen.last, now))} ago`,
      notes.at(-1) ?? '',
    ]),
  );
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
