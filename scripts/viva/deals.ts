import type { Command } from 'commander';
import * as z from 'zod';
import { Deal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { age } from '#core/talk/age.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { type Library, readAll } from '../local/economy/progress.ts';
import { economyAt } from './economy-at.ts';
import { type EntryRow, entryRows } from './ledger.ts';
import { type LookFlags, withLookFlags } from './options.ts';
import { fail, paint, print, table } from './output.ts';
import { inLine, secondsSince } from './words.ts';

/** One deal; `state` is the buyer's, who pays, else the seller's. `seller` is null while none was chosen. */
export interface DealRow {
  readonly taskId: string;
  readonly product: string;
  readonly buyer: string;
  readonly seller: string | null;
  readonly bountyUsdc: string;
  readonly state: string;
  readonly ageSeconds: number;
}

/** All that is written down about one task. */
export interface DealView extends DealRow {
  readonly sides: readonly (Record<string, unknown> & { readonly agent: string })[];
  readonly entries: readonly EntryRow[];
  readonly pending: readonly { readonly agent: string; readonly intent: string }[];
}

interface Owned {
  readonly agent: AgentId;
  readonly deal: Deal;
}

export function addDeals(program: Command): void {
  withLookFlags(program.command('deals'))
    .description('Every deal, or with a task id (or its beginning) all that both sides know of it.')
    .argument('[task]', 'task id, or enough of its beginning')
    .action((task: string | undefined, flags: LookFlags) => deals(task, flags).catch(fail));
}

async function deals(task: string | undefined, { dir, json }: LookFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const library = await readAll(clients);
  const now = new Date();
  if (task === undefined) {
    const rows = dealRows(library, now);
    print(json, rows, () => dealTable(rows));
  } else {
    const view = dealView(library, oneTask(library, task), now);
    print(json, view, () => dealText(view));
  }
}

/** Pure: both sides of each task as one row, oldest first. */
export function dealRows(library: Library, now: Date): readonly DealRow[] {
  const all = owned(library);
  const tasks = [...new Set(all.map(({ deal }) => deal.taskId))];
  const rows = tasks.map((taskId) =>
    rowOf(
      all.filter((one) => one.deal.taskId === taskId),
      now,
    ),
  );
  return rows.toSorted((a, b) => b.ageSeconds - a.ageSeconds || (a.taskId < b.taskId ? -1 : 1));
}

/** Pure: the one task whose id begins so. */
export function oneTask(library: Library, beginning: string): string {
  const all = [...new Set(owned(library).map(({ deal }) => deal.taskId))];
  const found = all.filter((taskId) => taskId.startsWith(beginning.toLowerCase()));
  const [task, ...more] = found;
  if (task === undefined)
    throw new CannotStart(`No deal has task ${beginning}: \`viva deals\` lists all ${all.length}.`);
  if (more.length > 0)
    throw new CannotStart(`Task ${beginning} may be any of ${found.join(', ')}: give more of it.`);
  return task;
}

/** Pure. */
export function dealView(library: Library, taskId: string, now: Date): DealView {
  const sides = owned(library).filter(({ deal }) => deal.taskId === taskId);
  const pending = [...library].flatMap(([agent, { intents }]) =>
    intents
      .filter(({ subject }) => subject === taskId)
      .map((intent) => ({ agent, intent: intent.id })),
  );
  return {
    ...rowOf(sides, now),
    sides: sides.map(({ agent, deal }) => ({ agent, ...withoutMicro(deal) })),
    entries: entryRows(library).filter((entry) => entry.taskId === taskId),
    pending,
  };
}

function owned(library: Library): readonly Owned[] {
  return [...library].flatMap(([agent, book]) => book.deals.map((deal) => ({ agent, deal })));
}

function rowOf(sides: readonly Owned[], now: Date): DealRow {
  const known = sides.find(({ deal }) => deal.side === 'buy') ?? sides[0];
  if (known === undefined) throw new Error('A deal without sides.');
  const { taskId, product, bounty, state, openedAt } = known.deal;
  return {
    taskId,
    product,
    ...partiesOf(known),
    bountyUsdc: formatUsdc(bounty),
    state,
    ageSeconds: secondsSince(openedAt, now),
  };
}

/** A buyer outside the roster has no side here: it goes by its wallet. */
function partiesOf({ agent, deal }: Owned): Pick<DealRow, 'buyer' | 'seller'> {
  return deal.side === 'buy'
    ? { buyer: agent, seller: deal.seller?.name ?? null }
    : { buyer: deal.buyer, seller: agent };
}

/** A stored deal for people and machines outside: money in decimal USDC. */
function withoutMicro(deal: Deal): Record<string, unknown> {
  const { v: _version, bounty: _bounty, fee: _fee, ...rest } = z.encode(Deal, deal);
  return {
    ...rest,
    bountyUsdc: formatUsdc(deal.bounty),
    ...(deal.fee === undefined ? {} : { feeUsdc: formatUsdc(deal.fee) }),
  };
}

function dealTable(rows: readonly DealRow[]): string {
  return table(
    ['TASK', 'PRODUCT', 'BUYER', 'SELLER', 'USDC', 'STATE', 'AGE'],
    rows.map((row) => [
      row.taskId,
      row.product,
      row.buyer,
      row.seller ?? '-',
      row.bountyUsdc,
      row.state,
      age(row.ageSeconds),
    ]),
  );
}

function dealText({ sides, entries, pending, ...row }: DealView): string {
  const head = `${row.product}: ${row.buyer} <- ${row.seller ?? 'nobody yet'}, $${row.bountyUsdc}, ${row.state}, ${age(row.ageSeconds)} old`;
  const details = sides.flatMap(({ agent, ...side }) => [
    '',
    paint('bold', agent),
    ...Object.entries(side).map(([name, value]) => `  ${name.padEnd(13)} ${inLine(value)}`),
  ]);
  const postings = entries.map(
    ({ agent, at, id, postings: moved }) =>
      `  ${at}  ${agent.padEnd(19)} ${id}: ${moved.map(({ account, usdc }) => `${account} ${usdc}`).join(', ')}`,
  );
  const left = pending.map(({ agent, intent }) => `  pending: ${agent} ${intent}`);
  return [paint('bold', `task ${row.taskId}`), head, ...details, '', ...postings, ...left].join(
    '\n',
  );
}
