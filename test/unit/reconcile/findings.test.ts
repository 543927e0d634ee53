import { describe, expect, it } from 'vitest';
import type { BuyDeal } from '#contract/deal.ts';
import type { EscrowState } from '#core/ports/chain.ts';
import { findingsOf, type Shown } from '#core/reconcile/findings.ts';
import {
  aBuyDeal,
  aLockedDeal,
  anIntent,
  aPayment,
  aSellDeal,
  BUYER,
  DEADLINE,
  NOW,
  taskId,
} from '../../support/builders.ts';

const HOUR = 3_600_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);
const afterDeadline = new Date(DEADLINE.getTime() + 2 * HOUR);
const locked: EscrowState = { kind: 'locked', capturable: 10_000n };

const account = {
  agentId: BUYER,
  intents: [],
  deals: [],
  openPayments: 0,
  balances: new Map([['wallet', 100n]]),
};

function shown(over: Partial<Shown> = {}): Shown {
  return { balance: 100n, escrows: new Map(), published: new Map(), ...over };
}

const kinds = (...args: Parameters<typeof findingsOf>) =>
  findingsOf(...args).map(({ kind }) => kind);

describe('reconcile', () => {
  it('finds nothing where all is well', () => {
    expect(findingsOf(account, shown(), NOW)).toEqual([]);
  });

  it('finds what a beat left behind, and names it the same in every run', () => {
    const old = { ...account, intents: [anIntent({ attempts: 7 })] };
    expect(kinds(old, shown(), later(HOUR / 6))).toEqual([]);
    const [first] = findingsOf(old, shown(), later(HOUR));
    expect(first).toMatchObject({
      kind: 'old-intent',
      id: `${BUYER}/old-intent/apply#${taskId(1)}`,
    });
    expect(first?.because).toContain('tried 7 times');
    expect(findingsOf(old, shown(), later(2 * HOUR))[0]?.id).toBe(first?.id);
  });

  it.each<BuyDeal['state']>(['assigned', 'refunding', 'stranded'])(
    'finds money that is locked in state %s when its task is over',
    (state) => {
      const deal = aLockedDeal({ state });
      const balances = new Map([
        ['wallet', 100n],
        ['escrow', 10_000n],
      ]);
      const holding = { ...account, balances, deals: [deal] };
      const escrows = new Map([[deal.taskId, locked]]);
      expect(kinds(holding, shown({ escrows }), DEADLINE)).toEqual([]);
      expect(kinds(holding, shown({ escrows }), afterDeadline)).toEqual(['dead-escrow']);
      const closed = new Map([[deal.taskId, { kind: 'closed' } as const]]);
      expect(kinds(holding, shown({ escrows: closed }), afterDeadline)).toEqual([]);
    },
  );

  it.each<BuyDeal['state']>(['assigning', 'inspecting', 'approving', 'rejecting', 'reclaiming'])(
    'finds money that is locked in state %s when its payer may take it back',
    (state) => {
      const deal = aLockedDeal({ state });
      const balances = new Map([...account.balances, ['escrow', 10_000n] as const]);
      const holding = { ...account, balances, deals: [deal] };
      const there = shown({ escrows: new Map([[deal.taskId, locked]]) });
      expect(kinds(holding, there, later(8 * 24 * HOUR))).toEqual([]);
      expect(kinds(holding, there, later(9 * 24 * HOUR))).toEqual(['dead-escrow']);
    },
  );

  it('finds a deal of which the market says something else', () => {
    const open = aBuyDeal();
    const given = aSellDeal({ state: 'delivering', payment: aPayment(), taskId: taskId(2) });
    const both = { ...account, deals: [open, given] };
    const escrows = new Map([[given.taskId, locked]]);
    const agreed = new Map([
      [open.taskId, true],
      [given.taskId, false],
    ]);
    const not = new Map([...agreed].map(([id, isPublished]) => [id, !isPublished]));
    expect(kinds(both, shown({ escrows, published: agreed }), later(HOUR))).toEqual([]);
    expect(kinds(both, shown({ escrows, published: not }), later(HOUR))).toEqual([
      'market-off',
      'market-off',
    ]);
    expect(kinds(both, shown({ escrows, published: not }), later(60_000))).toEqual([]);
    expect(kinds(both, shown({ escrows }), later(HOUR))).toEqual([]);
  });

  it('finds a ledger that is not the chain, but not while money is on its way', () => {
    const off = shown({ balance: 90n });
    expect(findingsOf(account, off, NOW)).toMatchObject([
      { kind: 'ledger-off', because: 'the ledger has 100 micro-USDC, the chain 90' },
    ]);
    expect(kinds({ ...account, openPayments: 1 }, off, NOW)).toEqual([]);
    expect(kinds({ ...account, balances: undefined }, off, NOW)).toEqual([]);
    const locking = aBuyDeal({ state: 'locking', payment: aPayment() });
    const escrows = new Map([[locking.taskId, locked]]);
    expect(kinds({ ...account, deals: [locking] }, shown({ balance: 90n, escrows }), NOW)).toEqual(
      [],
    );
    const lost = new Map([...account.balances, ['escrow', 10_000n] as const]);
    expect(kinds({ ...account, balances: lost }, shown(), NOW)).toEqual(['ledger-off']);
  });
});
