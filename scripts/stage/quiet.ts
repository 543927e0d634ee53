import { DynamoAccounts } from '#adapters/dynamodb/accounts.ts';
import { RosterWallets } from '#adapters/dynamodb/roster-wallets.ts';
import type { AgentId } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { ROSTER } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { beatAll, drain, type Locked, lockedText } from './drain.ts';
import { whileHalted } from './halt.ts';
import { withLease } from './lease.ts';
import { type Site, type Stores, storesOf } from './site.ts';

/** How long one may act, in ms: a DAO's tables are copied within seconds. */
const ACT_MS = 120_000;
/** Of each agent, from the first that is taken to the end. Killed outright meanwhile, nobody beats for so long. */
const LEASE_MS = 3 * ACT_MS;

export interface QuietTerms {
  /** Why nobody buys meanwhile: a later run for the same reason takes back what a dead one left halted. */
  readonly because: string;
  /** How long money may take to arrive, in ms. */
  readonly patienceMs: number;
  readonly onLocked: (locked: readonly Locked[]) => void;
}

/**
 * Acts once no money of ours is on its way, while none of our agents can buy, beat or write: what is read meanwhile is of one moment, and
 * every ledger in it equals its wallet. @throws CannotStart when money stays on its way, or `act` outlasts the leases
 */
export async function whileQuiet<T>(
  site: Site,
  { because, patienceMs, onLocked }: QuietTerms,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stores = await storesOf(site);
  const giveUp = Date.now() + patienceMs;
  return whileHalted(site, because, async (signal) => {
    for (;;) {
      const left = giveUp - Date.now();
      const locked = await drain(site, { patienceMs: left, onLocked, signal });
      if (locked.length > 0) refuse(locked.map(lockedText));
      const tried = await asEverybody(stores, async () => {
        const moving = await onItsWay(site);
        return moving.length > 0 ? { moving } : { done: await act(signal) };
      });
      if ('done' in tried) return tried.done;
      if (Date.now() >= giveUp) refuse(tried.moving);
      await beatAll(site);
    }
  });
}

function refuse(moving: readonly string[]): never {
  throw new CannotStart(
    `Money is on its way: ${moving.join('; ')}. Nothing was saved. Run it again later, or with more --patience; what stays is in docs/runbook.md (findings-stand).`,
  );
}

/** Where chain and books differ, or may differ in a moment, one sentence each. Who keeps no books yet has none that are wrong. */
async function onItsWay(site: Site): Promise<readonly string[]> {
  const { economyTable } = await site.place();
  const accounts = new DynamoAccounts(site.dynamo, economyTable);
  const wallets = new RosterWallets(site.dynamo, economyTable);
  const each = await Promise.all(
    ROSTER.map(async ({ id }) => {
      const { balances, openPayments } = await accounts.of(id);
      if (openPayments > 0) return [`${id} has ${openPayments} payments that are not booked`];
      const wallet = balances && (await wallets.of(id));
      if (wallet === undefined) return [];
      const [held, booked] = [await site.chain.balanceOf(wallet), balances?.get('wallet') ?? 0n];
      return held === booked
        ? []
        : [`${id} holds ${formatUsdc(held)} USDC and its ledger says ${formatUsdc(booked)}`];
    }),
  );
  return each.flat();
}

/** Acts while no agent can beat: the lease of each, in the roster's order, so that two of us never wait for one another. */
async function asEverybody<T>({ agents }: Stores, act: () => Promise<T>): Promise<T> {
  const nest = ([agent, ...others]: readonly AgentId[]): Promise<T> =>
    agent === undefined
      ? inTime(act)
      : withLease({ agents, agent, leaseMs: LEASE_MS }, () => nest(others));
  return nest(ROSTER.map(({ id }) => id));
}

async function inTime<T>(act: () => Promise<T>): Promise<T> {
  const until = Date.now() + ACT_MS;
  const done = await act();
  if (Date.now() < until) return done;
  throw new CannotStart(
    `It took more than ${ACT_MS / 1000} s, and agents may have gone on meanwhile: use DynamoDB's point-in-time recovery for tables of this size (docs/backup.md).`,
  );
}
