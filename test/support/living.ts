import { expect } from 'vitest';
import type { AgentId } from '#contract/ids.ts';
import { balances, sum } from '#core/money/ledger.ts';
import { BUYER, SELLER, walletOf } from './builders.ts';
import type { PaperEconomy, Watch } from './paper-economy.ts';

const MAX_BEATS = 40;

class Crash extends Error {}

/** Dies before the call of this number. */
export function crashing(at: number): Watch {
  let made = 0;
  return () => {
    made += 1;
    if (made > at) throw new Crash();
  };
}

/** Is outrun by its own next beat before the call of this number. */
export function outrunning(economy: PaperEconomy, at: number): Watch {
  let made = 0;
  return async (_call, agentId) => {
    made += 1;
    if (made === at + 1) await economy.beat(agentId);
  };
}

export interface Life {
  readonly disturb?: Watch;
  /** Turns that who died stays away. */
  readonly away?: number;
  readonly isEnough?: (economy: PaperEconomy) => Promise<boolean>;
}

/** Beats of seller and buyer in turn until the deal is done on both sides and nothing is left to do. */
export async function live(economy: PaperEconomy, life: Life = {}): Promise<void> {
  const { disturb, away, isEnough } = { disturb: undefined, away: 0, isEnough: isDone, ...life };
  let watch: Watch | undefined = disturb;
  const until = new Map<AgentId, number>();
  for (let n = 0; n < MAX_BEATS; n += 1) {
    const agentId = n % 2 === 0 ? SELLER : BUYER;
    const beatId = `turn-${n}`;
    if (isAway(until, agentId, n)) continue;
    if (!(await survives(economy.beat(agentId, { beatId, watch })))) {
      watch = undefined;
      until.set(agentId, n + away);
      // as Lambda does: the same event again, once the dead one's lease has run out
      if (away === 0) await economy.beat(agentId, { beatId });
    }
    if (await isEnough(economy)) return;
  }
  throw new Error(`Not done after ${MAX_BEATS} beats.`);
}

function isAway(until: ReadonlyMap<AgentId, number>, agentId: AgentId, turn: number): boolean {
  return turn < (until.get(agentId) ?? 0);
}

async function survives(beat: Promise<unknown>): Promise<boolean> {
  try {
    await beat;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/** Both sides have settled a deal and have goods on the shelf, and neither has anything left to do. */
export async function isDone({ agents }: PaperEconomy): Promise<boolean> {
  const books = await Promise.all([SELLER, BUYER].map((id) => agents.book(id)));
  return books.every(
    ({ state, deals, intents }) =>
      Object.keys(state?.stock ?? {}).length > 0 &&
      deals.length > 0 &&
      deals.every((deal) => deal.state === 'settled') &&
      intents.length === 0,
  );
}

/** Every entry sums to zero, the wallet is the chain's, and nothing lies in escrow. */
export async function expectBalanced(economy: PaperEconomy, agentId: AgentId): Promise<void> {
  const { entries } = await economy.agents.book(agentId);
  for (const { postings } of entries) expect(sum(postings)).toBe(0n);
  const accounts = balances(entries);
  expect(accounts.get('wallet')).toBe(await economy.chain.balanceOf(walletOf(agentId)));
  expect(accounts.get('escrow') ?? 0n).toBe(0n);
}
