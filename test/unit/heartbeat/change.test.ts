import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, complete, isFinal, isOneBudget, merge } from '#core/heartbeat/change.ts';
import type { Change } from '#core/ports/agents.ts';
import {
  aBuyDeal,
  anAgentState,
  anIntent,
  aPurchase,
  aSnapshot,
  taskId,
} from '../../support/builders.ts';

const state = fc.constantFrom('open', 'assigned', 'settled', 'closed', 'stranded');
const deal = fc
  .record({ n: fc.integer({ min: 0, max: 5 }), state })
  .map(({ n, state: as }) => aBuyDeal({ taskId: taskId(n), state: as as 'open' }));
const intent = fc.integer({ min: 0, max: 5 }).map((n) => anIntent({ subject: taskId(n) }));
const change: fc.Arbitrary<Change> = fc.record({
  deals: fc.uniqueArray(deal, { selector: ({ taskId: id }) => id }),
  intents: fc.uniqueArray(intent, { selector: ({ id }) => id }),
  purchases: fc.array(
    fc.integer({ min: 0, max: 3 }).map((attempt) => aPurchase({ attempt })),
    { maxLength: 1 },
  ),
  state: fc.option(fc.constant(anAgentState({ executorId: 'e', open: [taskId(9)] })), {
    nil: undefined,
  }),
});

describe('change', () => {
  it('keeps the list of open deals true, and grows the revision by one when the state is written', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        let snapshot = aSnapshot();
        for (const next of changes) {
          // a decision that writes the state begins with the one at hand
          const own = next.state && { ...next.state, open: snapshot.state.open };
          const completed = complete(snapshot, { ...next, state: own });
          const after = apply(snapshot, completed);
          expect(new Set(after.state.open)).toEqual(new Set(after.deals.keys()));
          expect([...after.deals.values()].some(isFinal)).toBe(false);
          const grown = after.state.revision - snapshot.state.revision;
          expect(grown).toBe(completed.state === undefined ? 0 : 1);
          snapshot = after;
        }
      }),
    );
  });

  it('merges so that both at once are one after the other', () => {
    fc.assert(
      fc.property(change, change, (one, two) => {
        const start = aSnapshot();
        const together = apply(start, merge(one, two));
        expect(together).toEqual(apply(apply(start, one), two));
      }),
    );
  });

  it('takes away what is done, and writes a day of the budget once', () => {
    const snapshot = aSnapshot({ intents: [anIntent()] });
    expect(apply(snapshot, { done: [anIntent().id] }).intents).toEqual([]);
    const budget = { day: '2026-03-01', amount: 1n, limit: 2n };
    expect(merge({ budget }, { budget: { ...budget, amount: 5n } }).budget?.amount).toBe(6n);
    const tomorrow = { budget: { ...budget, day: '2026-03-02' } };
    expect(isOneBudget({ budget }, tomorrow)).toBe(false);
    expect(() => merge({ budget }, tomorrow)).toThrow('two days');
    expect(merge({ budget }, {}).budget).toEqual(budget);
    expect(apply(snapshot, { budget }).committed).toBe(1n);
  });
});
