import { describe, expect, it } from 'vitest';
import type { Sighting } from '#core/heartbeat/look.ts';
import { observe } from '#core/heartbeat/observe.ts';
import type { MarketError } from '#core/ports/market.ts';
import {
  AT,
  aBuyDeal,
  aCorpus,
  aLockedDeal,
  aPayment,
  aSellDeal,
  aSubmission,
  aTask,
  aWorld,
  BUYER,
  DEADLINE,
  EXECUTOR,
  network,
  SELLER,
  txOf,
  walletOf,
} from '../../support/builders.ts';

const foreign = walletOf('stranger');
const transfers = [
  { from: foreign, to: walletOf(SELLER), value: 8_000n },
  { from: foreign, to: walletOf(SELLER), value: 700n },
  { from: foreign, to: network.operator, value: 1_300n },
];
const captured = { kind: 'captured', tx: txOf(2), transfers } as const;
const voided = { kind: 'voided', tx: txOf(3), transfers: [] } as const;
const task = (over: Parameters<typeof aTask>[0] = {}) =>
  ({ ok: true, value: aTask(over) }) as const;
const failed = (kind: MarketError['kind'], status = 0) =>
  ({ ok: false, error: { kind, status, reason: '' } }) as const;

describe('observe, as a buyer', () => {
  const world = aWorld({ self: walletOf(BUYER) });
  const see = (sighting: Sighting) => observe(sighting, world, AT);
  const assigned = aLockedDeal();

  it('sees what was paid, and the fee in the transfers', () => {
    expect(see({ deal: assigned, close: captured })).toMatchObject({
      deal: { state: 'rating', releaseTx: txOf(2), fee: 1_300n },
    });
  });

  it('sees the money come back', () => {
    expect(see({ deal: assigned, close: voided })).toMatchObject({ deal: { state: 'open' } });
  });

  it('sees work that waits for its verdict, of the chosen one only', () => {
    const delivered = { deal: assigned, task: task({ status: 'submitted' }) };
    expect(see({ ...delivered, submissions: [aSubmission()] })).toMatchObject({
      deal: { state: 'inspecting', submissionId: 'submission-1' },
    });
    const others = [aSubmission({ executorId: 'other' }), aSubmission({ verdict: 'rejected' })];
    expect(see({ ...delivered, submissions: others })).toBeUndefined();
  });

  it.each(['cancelled', 'expired', 'disputed'] as const)('sees that a task is %s', (status) => {
    const gone = task({ status });
    expect(see({ deal: assigned, task: gone })?.deal).toMatchObject({ state: 'refunding' });
    expect(see({ deal: aBuyDeal(), task: gone })).toMatchObject({
      deal: { state: 'closed', because: status },
      purchase: 'wanted',
    });
  });

  it('gives an open bounty up when the corpus went on, and no other', () => {
    const later = aWorld({ corpus: aCorpus('fedcba9876543210') });
    const open = { deal: aBuyDeal(), task: task() };
    expect(observe(open, later, AT)?.deal.state).toBe('cancelling');
    expect(observe({ deal: assigned, task: task() }, later, AT)).toBeUndefined();
    expect(see(open)).toBeUndefined();
    expect(
      see({ deal: aBuyDeal({ generation: '0123456789abcdef.2' }), task: task() }),
    ).toBeUndefined();
    expect(observe(open, aWorld({ corpus: undefined }), AT)).toBeUndefined();
  });

  it('makes nothing of a market that does not answer', () => {
    expect(see({ deal: assigned, task: failed('unavailable', 503) })).toBeUndefined();
    expect(see({ deal: aBuyDeal(), task: failed('unavailable') })).toBeUndefined();
  });
});

describe('observe, as a seller', () => {
  const world = aWorld({ self: walletOf(SELLER) });
  const see = (sighting: Omit<Sighting, 'deal'>, deal = aSellDeal()) =>
    observe({ deal, ...sighting }, world, AT);
  const accepted = task({ status: 'accepted', executorId: EXECUTOR, escrowTx: txOf(1) });
  const lockOf = (info: Parameters<typeof aPayment>[0] = {}, amount = 10_000n) => ({
    info: aPayment(info),
    amount,
  });

  it('has won with a lock that is right, and keeps its terms', () => {
    expect(see({ task: accepted, lock: lockOf() })).toMatchObject({
      deal: { state: 'delivering', payment: aPayment(), lockTx: txOf(1) },
      intents: ['deliver'],
    });
  });

  it.each([
    ['another-was-chosen', lockOf({ receiver: foreign })],
    ['lock-too-small', lockOf({}, 9_999n)],
    ['lock-in-foreign-contract', lockOf({ operator: foreign })],
    ['lock-in-foreign-contract', lockOf({ token: foreign })],
    ['lock-expires-too-soon', lockOf({ authorizationExpiry: DEADLINE.getTime() / 1000 })],
  ])('does not deliver: %s', (because, lock) => {
    expect(see({ task: accepted, lock })?.deal).toMatchObject({ state: 'closed', because });
  });

  it('waits while it is not chosen, and while its node has not seen the lock', () => {
    expect(see({ task: task() })).toBeUndefined();
    expect(see({ task: accepted })).toBeUndefined();
    expect(see({ task: task({ status: 'accepted' }) })).toBeUndefined();
    const late = task({ status: 'expired', escrowTx: txOf(1) });
    expect(see({ task: late })?.deal).toMatchObject({ state: 'closed', because: 'expired' });
  });

  it.each(['forbidden', 'missing'] as const)('has lost when the task is %s', (kind) => {
    expect(see({ task: failed(kind) })?.deal.state).toBe('closed');
  });

  it.each([
    ['unavailable', 0],
    ['unauthorized', 401],
    // the address is banned: that says nothing of the task
    ['limited', 403],
    ['unidentified', 403],
    ['limited', 429],
    ['unavailable', 503],
    ['unavailable', 404],
  ] as const)('waits when the market is %s (%i)', (kind, status) => {
    expect(see({ task: failed(kind, status) })).toBeUndefined();
  });

  it('sees what it was paid, net and fee, in the transfers', () => {
    const paid = see({ close: captured }, aSellDeal({ state: 'delivered', deliveries: 1 }));
    expect(paid).toMatchObject({ deal: { state: 'rating', fee: 1_300n }, intents: ['rate-buyer'] });
    expect(paid?.entries?.[0]?.postings).toContainEqual({ account: 'wallet', amount: 8_700n });
  });

  it('sees a delivery sent back, and money gone back', () => {
    const delivered = aSellDeal({ state: 'delivered', deliveries: 1 });
    expect(see({ task: task({ status: 'in_progress' }) }, delivered)?.deal.state).toBe(
      'delivering',
    );
    expect(see({ close: voided }, delivered)?.deal).toMatchObject({ because: 'refunded-to-buyer' });
    expect(see({ task: task({ status: 'submitted' }) }, delivered)).toBeUndefined();
  });
});
