import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuyDeal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { DATA_FILE } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { sum } from '#core/money/ledger.ts';
import type { Clients } from './connection.ts';
import { IRC_LOG } from './economy.ts';
import { type Library, readAll, settledDeals, unfinished } from './progress.ts';
import type { Collected } from './uploads.ts';
import { walletBalances } from './wallet-balances.ts';

/** The contract of `npm start -- --once --json`: amounts are decimal strings in USDC, seconds count from the process's start. */
export interface RunReport {
  readonly ok: boolean;
  readonly seconds: number;
  readonly firstDealSeconds: number;
  readonly corpus: {
    readonly files: number;
    readonly quarantined: number;
    readonly messages: number;
    readonly days: number;
    readonly users: number;
  };
  readonly deals: readonly DealReport[];
  readonly balances: Readonly<Record<string, { readonly chain: string; readonly ledger: string }>>;
  readonly ledger: { readonly entries: number; readonly sum: string };
  readonly irc: { readonly lines: number; readonly byAgent: Readonly<Record<string, number>> };
  readonly memory: { readonly roomPeakMb: Readonly<Record<string, number>> };
  readonly errors: readonly string[];
}

export interface DealReport {
  readonly taskId: string;
  readonly product: string;
  readonly buyer: string;
  readonly seller: string;
  readonly bountyUsdc: string;
  readonly feeUsdc: string;
  readonly status: 'completed';
  readonly escrowTx: string;
  readonly releaseTx: string;
  readonly sha256: string;
  readonly records: number;
}

export interface Facts {
  readonly clients: Clients;
  readonly dir: string;
  readonly collected: Collected;
  readonly peakMb: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly firstDealSeconds: number;
  /** Faults that were met on the way. */
  readonly errors: readonly string[];
}

/** How long a beat that was under way when the clock stopped is waited for, in ms. */
const LAST_BEATS_MS = 10_000;

/** Looks at everything once more, from outside: tables, objects, chain and IRC, not what the run believed of itself. */
export async function report(facts: Facts): Promise<RunReport> {
  const { clients, collected } = facts;
  const generation = collected.pointer.version.slice(0, 16);
  const library = await lastLook(clients, generation, facts.errors.length > 0 ? 0 : LAST_BEATS_MS);
  const deals = settledDeals(library);
  const books = await compareBalances(library, clients);
  const entries = [...library.values()].flatMap((book) => book.entries);
  const total = sum(entries.flatMap(({ postings }) => postings));
  const errors = [
    ...facts.errors,
    ...unfinished(library, generation),
    ...books.faults,
    ...(total === 0n ? [] : [`the ledger sums to ${formatUsdc(total)}`]),
    ...(await Promise.all(deals.map((deal) => damage(deal, clients)))).flat(),
  ];
  return {
    ok: errors.length === 0 && deals.length > 0,
    seconds: facts.seconds,
    firstDealSeconds: facts.firstDealSeconds,
    corpus: {
      files: collected.files,
      quarantined: collected.refused.length,
      messages: collected.pointer.messages,
      days: collected.pointer.days,
      users: await countUsers(collected, clients),
    },
    deals: deals.map(dealReport),
    balances: books.balances,
    ledger: { entries: entries.length, sum: formatUsdc(total) },
    irc: await ircLines(facts.dir),
    memory: { roomPeakMb: facts.peakMb },
    errors,
  };
}

/** The books when nobody is in the middle of anything, or after `patienceMs` as they are. */
async function lastLook(
  clients: Clients,
  generation: string,
  patienceMs: number,
): Promise<Library> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const library = await readAll(clients);
    if (unfinished(library, generation).length === 0 || Date.now() >= until) return library;
    await sleep(100);
  }
}

function dealReport(deal: BuyDeal & { readonly buyer: AgentId }): DealReport {
  return {
    taskId: deal.taskId,
    product: deal.product,
    buyer: deal.buyer,
    seller: deal.seller?.name ?? '',
    bountyUsdc: formatUsdc(deal.bounty),
    feeUsdc: formatUsdc(deal.fee ?? 0n),
    status: 'completed',
    escrowTx: deal.lockTx ?? '',
    releaseTx: deal.releaseTx ?? '',
    sha256: deal.evidence?.sha256 ?? '',
    records: deal.evidence?.records ?? 0,
  };
}

/** Every wallet on chain against its ledger. */
async function compareBalances(library: Library, clients: Clients) {
  const rows = await walletBalances(library, clients);
  return {
    balances: Object.fromEntries(
      rows.map(({ id, onChain, inLedger }) => [
        id,
        { chain: formatUsdc(onChain), ledger: formatUsdc(inLedger) },
      ]),
    ),
    faults: rows
      .filter(({ onChain, inLedger }) => onChain !== inLedger)
      .map(
        ({ id, onChain, inLedger }) =>
          `${id} has ${formatUsdc(onChain)} on chain, but ${formatUsdc(inLedger)} in its ledger`,
      ),
  };
}

/** What the buyer kept, hashed and counted anew. */
async function damage(
  deal: BuyDeal & { readonly buyer: AgentId },
  { objects }: Clients,
): Promise<string[]> {
  const name = `${deal.product} of ${deal.buyer} (${deal.taskId})`;
  const body = await objects.open(objectKey.purchase(deal.buyer, deal.taskId, DATA_FILE));
  if (body === undefined || body === 'changed') return [`${name} was paid, but is not there`];
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex') === deal.evidence?.sha256 ? [] : [`${name} is not what was checked`];
}

async function countUsers({ pointer }: Collected, { corpus }: Clients): Promise<number> {
  const users = new Set<string>();
  for await (const { user } of corpus.messages(pointer)) users.add(user);
  return users.size;
}

async function ircLines(dir: string): Promise<RunReport['irc']> {
  const text = await readFile(join(dir, IRC_LOG), 'utf8').catch(() => '');
  const byAgent = Object.fromEntries(ROSTER.map(({ id }): [string, number] => [id, 0]));
  for (const line of text.split('\n').filter((entry) => entry !== '')) {
    const nick = nickIn(line);
    if (nick !== undefined && nick in byAgent) byAgent[nick] = (byAgent[nick] ?? 0) + 1;
  }
  return { lines: Object.values(byAgent).reduce((total, count) => total + count, 0), byAgent };
}

/** Undefined for a line that was cut when the process died. */
function nickIn(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && 'nick' in value
      ? String(value.nick)
      : undefined;
  } catch {
    return undefined;
  }
}
