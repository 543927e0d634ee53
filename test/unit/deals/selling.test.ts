import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '#contract/agent-state.ts';
import { SellDeal } from '#contract/deal.ts';
import { SELLING, type SellEvents, sell } from '#core/market/selling.ts';
import type { EventOf } from '#core/market/step.ts';
import { balances, sum } from '#core/money/ledger.ts';
import { AT, aPayment, aSellDeal, txOf } from '../../support/builders.ts';

type Event = { [K in keyof SellEvents]: EventOf<SellEvents, K> }[keyof SellEvents];
type State = SellDeal['state'];

const EVENTS: { readonly [K in keyof SellEvents]: EventOf<SellEvents, K> } = {
  applied: { kind: 'applied' },
  'apply-refused': { kind: 'apply-refused', reason: 'closed' },
  won: { kind: 'won', payment: aPayment(), lockTx: txOf(1) },
  lost: { kind: 'lost', reason: 'another-was-chosen' },
  submitted: { kind: 'submitted', records: 2000 },
  'deliver-refused': { kind: 'deliver-refused', reason: 'expired' },
  'sent-back': { kind: 'sent-back' },
  paid: { kind: 'paid', tx: txOf(2), net: 8_700n, fee: 1_300n },
  rated: { kind: 'rated' },
};
const KINDS = Object.keys(EVENTS) as (keyof SellEvents)[];
const STATES = SellDeal.shape.state.options;

const CELLS: Record<State, Partial<Record<keyof SellEvents, readonly [State, ...string[]]>>> = {
  applying: { applied: ['applied'], 'apply-refused': ['closed'], lost: ['closed'] },
  applied: { won: ['delivering', 'deliver'], lost: ['closed'] },
  delivering: {
    submitted: ['delivered'],
    'deliver-refused': ['closed'],
    lost: ['closed'],
    paid: ['rating', 'rate-buyer'],
  },
  delivered: {
    'sent-back': ['delivering', 'deliver'],
    paid: ['rating', 'rate-buyer'],
    lost: ['closed'],
  },
  rating: { rated: ['settled'] },
  settled: {},
  closed: {},
};

function step(deal: SellDeal, event: Event) {
  return sell(deal, event as EventOf<SellEvents, keyof SellEvents>, AT);
}

describe('selling', () => {
  it.each(STATES.flatMap((state) => KINDS.map((kind) => [state, kind] as const)))(
    'in state %s upon %s',
    (state, kind) => {
      const deal = aSellDeal({ state, deliveries: 1 });
      const before = structuredClone(deal);
      const taken = step(deal, EVENTS[kind]);
      const [next, ...intents] = CELLS[state][kind] ?? [];

      expect(taken?.deal.state).toBe(next);
      expect(taken?.intents ?? []).toEqual(intents);
      expect(Object.keys(SELLING[state]).includes(kind)).toBe(next !== undefined);
      expect(deal).toEqual(before);
      if (taken) expect(SellDeal.encode(taken.deal)).toMatchObject({ state: next });
    },
  );

  it('keeps the lock it delivers on, and says why it lost', () => {
    const won = step(aSellDeal(), EVENTS.won)?.deal;
    expect(won).toMatchObject({ payment: aPayment(), lockTx: txOf(1) });
    expect(step(aSellDeal(), EVENTS.lost)?.deal.because).toBe('another-was-chosen');
  });

  it('mends a delivery once, and then waits for its end', () => {
    const twice = aSellDeal({ state: 'delivered', deliveries: 2 });
    expect(step(twice, EVENTS['sent-back'])).toEqual({ deal: twice });
  });

  it('writes down what came in and what the fee was', () => {
    const paid = step(aSellDeal({ state: 'delivered' }), EVENTS.paid);
    expect(balances(paid?.entries ?? [])).toEqual(
      new Map([
        ['wallet', 8_700n],
        ['fees:raw_logs', 1_300n],
        ['income:raw_logs', -10_000n],
      ]),
    );
  });

  it('earns once whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 60 }), (kinds) => {
        const { deal, entries } = lived(kinds);
        for (const { postings } of entries) expect(sum(postings)).toBe(0n);
        const hasEarned = deal.state === 'rating' || deal.state === 'settled';
        expect(entries).toHaveLength(hasEarned ? 1 : 0);
        expect(deal.deliveries).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2000 },
    );
  });
});

function lived(kinds: readonly (keyof SellEvents)[]) {
  let deal = aSellDeal({ state: 'applying' });
  const entries: LedgerEntry[] = [];
  for (const kind of kinds) {
    const taken = step(deal, EVENTS[kind]);
    if (taken === undefined) continue;
    expect(['settled', 'closed']).not.toContain(deal.state);
    entries.push(...(taken.entries ?? []));
    deal = taken.deal;
  }
  return { deal, entries };
}
