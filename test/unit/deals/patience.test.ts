import { expect, it } from 'vitest';
import { agentOf } from '#contract/roster.ts';
import { changeOf } from '#core/heartbeat/change.ts';
import { decide } from '#core/heartbeat/decide.ts';
import { buy } from '#core/market/buying.ts';
import { isOutOfReach, restAfter } from '#core/market/patience.ts';
import {
  AT,
  aLockedDeal,
  anAgentState,
  aPurchase,
  aSnapshot,
  aWorld,
  BUYER,
  DEADLINE,
  GENERATION,
  NOW,
  saltOf,
  taskId,
} from '../../support/builders.ts';

const MINUTE = 60_000;
const at = (ms: number) => new Date(NOW.getTime() + ms);

it('rests longer after every failure, and for a day after the eighth', () => {
  const rests = [1, 2, 3, 7, 8, 9].map((attempt) => restAfter(attempt) / MINUTE);
  expect(rests).toEqual([1, 2, 4, 64, 24 * 60, 1]);
});

it('posts no new bounty before the rest after a refused lock is over', () => {
  const deal = aLockedDeal({ state: 'cancelling', because: 'no funds' });
  const step = buy(deal, { kind: 'cancelled' }, AT);
  const open = aPurchase({ state: 'open', taskId: taskId(1), attempt: 2 });
  const before = aSnapshot({ purchases: [open] });
  const { purchases = [] } = changeOf(agentOf(BUYER), before, { step: step!, at: AT });
  expect(purchases).toEqual([
    {
      ...aPurchase({ attempt: 3 }),
      notBefore: at(4 * MINUTE).toISOString(),
      because: 'no funds',
    },
  ]);
  const state = anAgentState({ cycle: { generation: GENERATION, startedAt: AT } });
  const published = (now: Date) =>
    decide(agentOf(BUYER), aSnapshot({ state, purchases }), {
      world: aWorld(),
      moment: { now, salt: () => saltOf(1) },
    }).change.intents?.map(({ kind }) => kind) ?? [];
  expect(published(at(3 * MINUTE))).not.toContain('publish');
  expect(published(at(4 * MINUTE))).toContain('publish');
});

it('holds goods for out of reach after two hours, or at the deadline', () => {
  const deal = aLockedDeal({ deadline: DEADLINE.toISOString() });
  expect(isOutOfReach(deal, AT, at(120 * MINUTE))).toBe(false);
  expect(isOutOfReach(deal, AT, at(120 * MINUTE + 1))).toBe(true);
  const late = new Date(DEADLINE.getTime() - MINUTE).toISOString();
  expect(isOutOfReach(deal, late, DEADLINE)).toBe(false);
  expect(isOutOfReach(deal, late, new Date(DEADLINE.getTime() + 1))).toBe(true);
});
