import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '#contract/agent-state.ts';
import { BuyDeal } from '#contract/deal.ts';
import { BUYING, type BuyEvents, buy } from '#core/market/buying.ts';
import { type EventOf, must } from '#core/market/step.ts';
import { balances, sum } from '#core/money/ledger.ts';
import {
  AT,
  aBuyDeal,
  aLockedDeal,
  aPayment,
  EXECUTOR,
  SELLER,
  saltOf,
  someEvidence,
  txOf,
  walletOf,
} from '../../support/builders.ts';

type Event = { [K in keyof BuyEvents]: EventOf<BuyEvents, K> }[keyof BuyEvents];
type State = BuyDeal['state'];

const seller = { wallet: walletOf(SELLER), executorId: EXECUTOR, name: SELLER };
const day = AT.slice(0, 10);

const verdict = { id: '0'.repeat(32), sha256: someEvidence().sha256, score: 85, reasons: [] };

/** One event of each kind. */
const EVENTS: { readonly [K in keyof BuyEvents]: EventOf<BuyEvents, K> } = {
  chosen: { kind: 'chosen', seller, payment: aPayment(), budgetDay: day, isAudited: false },
  locked: { kind: 'locked', tx: txOf(1) },
  'lock-refused': { kind: 'lock-refused', reason: 'no-funds' },
  assigned: { kind: 'assigned' },
  'assign-refused': { kind: 'assign-refused', reason: 'withdrawn' },
  submitted: { kind: 'submitted', submissionId: 's', submittedAt: AT },
  good: { kind: 'good', evidence: someEvidence(), score: 95 },
  bad: { kind: 'bad', reason: 'wrong-hash' },
  verified: { kind: 'verified', verdict },
  condemned: { kind: 'condemned', verdict: { ...verdict, score: 10 }, reason: 'audit' },
  unaudited: { kind: 'unaudited', reason: 'no verdict yet' },
  asked: { kind: 'asked' },
  rejected: { kind: 'rejected', isFinal: true },
  paid: { kind: 'paid', tx: txOf(2), fee: 1_300n },
  refunded: { kind: 'refunded', tx: txOf(3) },
  gone: { kind: 'gone', status: 'expired' },
  overdue: { kind: 'overdue' },
  outdated: { kind: 'outdated' },
  forsaken: { kind: 'forsaken' },
  cancelled: { kind: 'cancelled' },
  rated: { kind: 'rated' },
};
const KINDS = Object.keys(EVENTS) as (keyof BuyEvents)[];
const STATES = BuyDeal.shape.state.options;

type Cells = Partial<Record<keyof BuyEvents, readonly [State, ...string[]]>>;

/** What may happen to money that is locked, whatever else is under way. */
const LOCKED: Cells = {
  paid: ['rating', 'rate-seller'],
  refunded: ['open'],
  overdue: ['reclaiming', 'reclaim'],
};

/** Every filled cell: where it leads, and what it commits to. Everything not here is empty. */
const CELLS: Record<State, Cells> = {
  open: {
    chosen: ['locking', 'lock'],
    gone: ['closed'],
    outdated: ['cancelling', 'cancel'],
    forsaken: ['cancelling', 'cancel'],
  },
  locking: { locked: ['assigning', 'assign'], 'lock-refused': ['cancelling', 'cancel'] },
  assigning: { assigned: ['assigned'], 'assign-refused': ['stranded', 'cancel'], ...LOCKED },
  assigned: {
    submitted: ['inspecting', 'inspect'],
    gone: ['refunding'],
    ...LOCKED,
  },
  inspecting: { good: ['approving', 'approve'], bad: ['asking', 'ask'], ...LOCKED },
  auditing: {
    verified: ['approving', 'approve'],
    condemned: ['rejecting', 'reject'],
    unaudited: ['approving', 'approve'],
    ...LOCKED,
  },
  asking: { asked: ['assigned'], ...LOCKED },
  approving: LOCKED,
  rejecting: { rejected: ['refunding'], ...LOCKED },
  refunding: LOCKED,
  reclaiming: { paid: ['rating', 'rate-seller'], refunded: ['open'] },
  rating: { rated: ['settled'] },
  cancelling: { cancelled: ['closed'] },
  stranded: { cancelled: ['stranded'], ...LOCKED },
  settled: {},
  closed: {},
};

/** A deal that has all that its state promises. */
function dealIn(state: State): BuyDeal {
  return state === 'open' ? aBuyDeal() : aLockedDeal({ state, submissionId: 's', score: 95 });
}

function step(deal: BuyDeal, event: Event) {
  return buy(deal, event as EventOf<BuyEvents, keyof BuyEvents>, AT);
}

describe('buying', () => {
  it.each(STATES.flatMap((state) => KINDS.map((kind) => [state, kind] as const)))(
    'in state %s upon %s',
    (state, kind) => {
      const deal = dealIn(state);
      const before = structuredClone(deal);
      const taken = step(deal, EVENTS[kind]);
      const [next, ...intents] = CELLS[state][kind] ?? [];

      expect(taken?.deal.state).toBe(next);
      expect(taken?.intents ?? []).toEqual(intents);
      expect(Object.keys(BUYING[state]).includes(kind)).toBe(next !== undefined);
      expect(deal).toEqual(before);
      if (taken) expect(BuyDeal.encode(taken.deal)).toMatchObject({ state: next });
    },
  );

  it('writes the lock, the purchase and the refund down', () => {
    const locked = step(aLockedDeal({ state: 'locking' }), EVENTS.locked);
    expect(locked?.entries?.map(({ id }) => id)).toEqual([expect.stringMatching(/^locked#/)]);
    const paid = step(dealIn('approving'), EVENTS.paid);
    expect(paid).toMatchObject({ purchase: 'bought', deal: { fee: 1_300n, releaseTx: txOf(2) } });
    expect(balances(paid?.entries ?? []).get('expense:raw_logs')).toBe(10_000n);
    const refunded = step(dealIn('refunding'), EVENTS.refunded);
    expect(balances(refunded?.entries ?? []).get('wallet')).toBe(10_000n);
  });

  it('gives the budget of its day back when the money came back, whatever becomes of the bounty', () => {
    const unspent = { day, amount: 10_000n };
    expect(step(dealIn('assigned'), EVENTS.refunded)).toMatchObject({ unspent });
    const doomed = aLockedDeal({ state: 'refunding', because: 'expired' });
    expect(step(doomed, EVENTS.refunded)).toMatchObject({
      unspent,
      purchase: 'wanted',
      deal: { state: 'closed' },
    });
    expect(step(dealIn('cancelling'), EVENTS.cancelled)).toMatchObject({ unspent });
    // nothing was reserved for a bounty that never chose anybody
    const early = aBuyDeal({ state: 'cancelling' });
    expect(step(early, EVENTS.cancelled)?.unspent).toBeUndefined();
  });

  it('opens again without the seller that failed, and with nothing left of its lock', () => {
    const open = step(aLockedDeal({ state: 'refunding', rejections: 2 }), EVENTS.refunded)?.deal;
    expect(open).toEqual(aBuyDeal({ shunned: [EXECUTOR] }));
  });

  it('wants its goods again as soon as nobody can work for a stranded lock, and keeps the money on its books', () => {
    const stranded = aLockedDeal({ state: 'stranded', because: 'expired' });
    const withdrawn = step(stranded, EVENTS.cancelled);
    expect(withdrawn).toEqual({ deal: stranded, purchase: 'wanted' });
    expect(step(stranded, EVENTS.refunded)?.deal.state).toBe('closed');
  });

  it('asks once for better goods; the second bad delivery ends it, and the reason goes with it', () => {
    const asking = step(dealIn('inspecting'), EVENTS.bad);
    expect(asking).toMatchObject({ deal: { rejections: 1, complaint: 'wrong-hash' } });
    expect(asking?.said ?? []).toEqual([]);
    const bad = aLockedDeal({ state: 'inspecting', rejections: 1, complaint: 'wrong-hash' });
    const rejecting = step(bad, { kind: 'bad', reason: 'too-few' });
    expect(rejecting).toMatchObject({
      deal: { state: 'rejecting', rejections: 2, complaint: 'too-few' },
      intents: ['reject'],
      said: [{ kind: 'rejected', reason: 'too-few' }],
    });
    const refunding = step(rejecting!.deal, EVENTS.rejected)?.deal;
    expect(step(refunding!, EVENTS.refunded)?.deal).toEqual(aBuyDeal({ shunned: [EXECUTOR] }));
  });

  it('waits for better goods where the market rejects no more for good', () => {
    const rejecting = aLockedDeal({ state: 'rejecting', rejections: 2 });
    expect(step(rejecting, { kind: 'rejected', isFinal: false })).toEqual({
      deal: { ...rejecting, state: 'assigned' },
    });
  });

  it('takes back what nobody else can move, and ends there', () => {
    const reclaiming = step(dealIn('refunding'), EVENTS.overdue)?.deal;
    expect(reclaiming).toMatchObject({ state: 'reclaiming', because: 'overdue' });
    expect(step(reclaiming!, EVENTS.refunded)).toMatchObject({
      deal: { state: 'closed' },
      purchase: 'wanted',
      unspent: { day, amount: 10_000n },
    });
    const stranded = aLockedDeal({ state: 'stranded', because: 'expired' });
    expect(step(stranded, EVENTS.overdue)?.deal.because).toBe('expired');
  });

  it('fails loudly where a state breaks its promise', () => {
    expect(() => {
      must(undefined, 'a seller');
    }).toThrow('must have a seller');
    expect(must(0n, 'anything')).toBe(0n);
    const nameless = aLockedDeal({ state: 'approving', seller: undefined });
    expect(() => {
      step(nameless, EVENTS.paid);
    }).toThrow('must have a seller');
  });

  it('keeps its books whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 60 }), (kinds) => {
        const life = new Life();
        for (const [n, kind] of kinds.entries()) life.meet(kind, n);
        life.expectGoodBooks();
      }),
      { numRuns: 2000 },
    );
  });
});

/** One bounty, the entries of its ledger, and what the day's budget holds for it. */
class Life {
  deal = aBuyDeal();
  held = 0n;
  readonly entries: LedgerEntry[] = [];

  meet(kind: keyof BuyEvents, n: number): void {
    const fresh = { ...EVENTS.chosen, payment: aPayment({ salt: saltOf(n) }) };
    const taken = step(this.deal, kind === 'chosen' ? fresh : EVENTS[kind]);
    if (taken === undefined) return;
    expect(['settled', 'closed']).not.toContain(this.deal.state);
    if (kind === 'chosen') this.held += this.deal.bounty;
    this.held -= taken.unspent?.amount ?? 0n;
    this.entries.push(...(taken.entries ?? []));
    this.deal = taken.deal;

    expect(balances(this.entries).get('escrow') ?? 0n).toBeGreaterThanOrEqual(0n);
    expect(this.held).toBeGreaterThanOrEqual(0n);
    const locks = count(this.entries, 'locked#') - count(this.entries, 'refunded#');
    expect([0, 1]).toContain(locks);
  }

  expectGoodBooks(): void {
    for (const { postings } of this.entries) expect(sum(postings)).toBe(0n);
    expect(new Set(this.entries.map(({ id }) => id)).size).toBe(this.entries.length);
    expect(count(this.entries, 'bought#')).toBeLessThanOrEqual(1);
    // what the budget holds in the end is what was bought
    if (this.deal.state === 'settled') expect(this.held).toBe(this.deal.bounty);
    if (this.deal.state === 'closed') expect(this.held).toBe(0n);
  }
}

function count(entries: readonly LedgerEntry[], prefix: string): number {
  return entries.filter(({ id }) => id.startsWith(prefix)).length;
}
