import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Pulse } from '#contract/agent-state.ts';
import { pulseOf } from '#core/heartbeat/pulse.ts';
import { aBuyDeal, anAgentState, anIntent, NOW, SELLER, taskId } from '../../support/builders.ts';
import { holding, shelf } from './deciding.ts';

const HOUR = 3_600_000;
const ago = (ms: number) => new Date(NOW.getTime() - ms).toISOString();
const shown = { agentId: SELLER, beatId: 'b', now: NOW, wallet: 5n };

describe('a pulse', () => {
  it('shows what is open and since when, what is late, and what is on the shelf', () => {
    const deals = [
      aBuyDeal({ taskId: taskId(1), openedAt: ago(HOUR), deadline: ago(-HOUR) }),
      aBuyDeal({ taskId: taskId(2), openedAt: ago(30 * HOUR), deadline: ago(6 * HOUR) }),
      // the market's own clock may be behind
      aBuyDeal({ taskId: taskId(3), openedAt: ago(20 * HOUR), deadline: ago(HOUR) }),
    ];
    const state = anAgentState({ stock: { topic_map: shelf.topic_map, raw_logs: shelf.raw_logs } });
    const snapshot = holding(deals, { state, intents: [anIntent()] });
    expect(pulseOf(snapshot, { ...shown, balances: new Map() })).toEqual({
      ...{ v: 1, agentId: SELLER, at: NOW.toISOString(), beatId: 'b', wallet: 5n },
      ...{ openDeals: 3, bounties: 3, pendingIntents: 1, oldestDealAt: ago(30 * HOUR), overdue: 1 },
      shelf: ['raw_logs', 'topic_map'],
    });
  });

  it('shows profit and loss by product, as the ledger has it', () => {
    const balances = new Map([
      ['wallet', 7n],
      ['equity:opening', -5n],
      ['income:soul_profiles', -80_000n],
      ['fees:soul_profiles', 10_400n],
      ['expense:skill_profiles', 50_000n],
    ]);
    expect(pulseOf(holding([]), { ...shown, balances }).trades).toEqual({
      soul_profiles: { income: 80_000n, expense: 0n, fees: 10_400n },
      skill_profiles: { income: 0n, expense: 50_000n, fees: 0n },
    });
  });

  const bare = { v: 1, agentId: SELLER, at: NOW.toISOString(), beatId: 'b' };
  const old = { ...bare, openDeals: 0, pendingIntents: 0, wallet: '5' };

  it('of an older kind can still be read', () => {
    expect(Pulse.parse(old)).toEqual({ ...old, wallet: 5n });
  });

  it.each([
    ['a number without end', { wallet: '9'.repeat(40) }],
    ['a time that is none', { at: 'yesterday' }],
    ['a product that would break a table', { trades: { 'a | b': trade() } }],
    [
      'more products than there can be',
      { trades: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`p${n}`, trade()])) },
    ],
  ])('that holds %s is none', (_what, lie) => {
    expect(Pulse.safeParse({ ...old, ...lie }).success).toBe(false);
  });

  it('is written as it is read', () => {
    const pulse = Pulse.parse({ ...old, trades: { raw_logs: trade() } });
    expect(z.encode(Pulse, pulse)).toEqual({ ...old, trades: { raw_logs: trade() } });
  });
});

function trade() {
  return { income: '10000', expense: '0', fees: '1300' };
}
