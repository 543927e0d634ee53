import { describe, expect, it } from 'vitest';
import type { Peer } from '#contract/peer.ts';
import { agentOf } from '#contract/roster.ts';
import { apply, changeOf } from '#core/heartbeat/change.ts';
import { buy } from '#core/market/buying.ts';
import { hasCheated, type Lesson, remember, trustIn } from '#core/market/peers.ts';
import { sell } from '#core/market/selling.ts';
import {
  AT,
  aLockedDeal,
  aSellDeal,
  aSnapshot,
  BUYER,
  SELLER,
  someEvidence,
  taskId,
  txOf,
  walletOf,
} from '../../support/builders.ts';

/** What is left after these outcomes, each of another deal. */
function after(...lessons: Lesson[]): Peer {
  let peer: Peer | undefined;
  for (const [n, lesson] of lessons.entries())
    peer = remember(peer, { deal: aLockedDeal({ taskId: taskId(n + 1) }), at: AT }, lesson);
  return peer!;
}
const kept: Lesson = { outcome: 'kept' };
const failed: Lesson = { outcome: 'failed', note: 'wrong-hash' };
const cheated: Lesson = { outcome: 'cheated', note: 'made-up' };

describe('a peer', () => {
  it('is remembered with the outcome of a deal, once', () => {
    const once = after(kept);
    const twice = remember(once, { deal: aLockedDeal(), at: 'later' }, kept);

    expect(once).toMatchObject({
      ...{ wallet: walletOf(SELLER), deals: 1, seen: { first: AT, last: AT }, notes: [] },
      interactions: [{ taskId: taskId(1), as: 'seller', outcome: 'kept' }],
    });
    expect(twice).toEqual(once);
  });

  it('is remembered no longer than fifty interactions and twenty notes', () => {
    const long: Lesson = { outcome: 'failed', note: 'x'.repeat(1000) };
    const peer = after(...Array.from({ length: 70 }, () => long));

    expect([peer.deals, peer.interactions.length, peer.notes.length]).toEqual([70, 50, 20]);
    expect(peer.interactions.at(-1)?.taskId).toBe(taskId(70));
    expect(JSON.stringify(peer).length).toBeLessThan(16_000);
  });

  it('is trusted more the more often it kept its word, and hardly after it cheated', () => {
    const trusts = [
      after(cheated),
      after(failed),
      after(kept),
      after(kept, kept, kept),
      after(...Array.from({ length: 50 }, () => kept)),
    ].map(trustIn);
    expect(trusts).toEqual([0, 0, 21, 44, 93]);

    const spoilt = after(...Array.from({ length: 10 }, () => kept), cheated);
    expect(hasCheated(spoilt)).toBe(true);
    expect(trustIn(spoilt)).toBeLessThan(trustIn(after(kept, kept, kept)));
  });
});

describe('what a deal teaches', () => {
  const verdict = { id: '0'.repeat(32), sha256: someEvidence().sha256, score: 0, reasons: [] };

  it.each([
    ['kept', 'approving', { kind: 'paid', tx: txOf(2), fee: 1n }],
    ['cheated', 'auditing', { kind: 'condemned', verdict, reason: 'made-up' }],
    ['failed', 'inspecting', { kind: 'bad', reason: 'wrong-hash' }],
    ['failed', 'assigned', { kind: 'gone', status: 'expired' }],
  ] as const)('of a seller: %s when %s', (outcome, state, event) => {
    const deal = aLockedDeal({ state, score: 90, rejections: 1 });
    const step = buy(deal, event as Parameters<typeof buy>[1], AT)!;
    const snapshot = aSnapshot();
    const change = changeOf(agentOf(BUYER), snapshot, { step, at: AT });

    // in the transaction of the outcome itself, and seen by whatever comes after it in the same beat
    expect(change).toMatchObject({ deals: [step.deal], peers: [{ interactions: [{ outcome }] }] });
    expect(apply(snapshot, change).peers?.get(walletOf(SELLER))).toEqual(change.peers?.[0]);
  });

  it('nothing of a seller whom nobody has verified', () => {
    const deal = aLockedDeal({ state: 'approving', score: 90, unaudited: 'no verdict yet' });
    expect(buy(deal, { kind: 'paid', tx: txOf(2), fee: 1n }, AT)?.lesson).toBeUndefined();
  });

  it.each([
    [{ kind: 'paid', tx: txOf(2), net: 1n, fee: 1n }, 'kept'],
    [{ kind: 'lost', reason: 'refunded-to-buyer' }, 'failed'],
  ] as const)('of a buyer to whom we delivered: %o', (event, outcome) => {
    const deal = aSellDeal({ state: 'delivered' });
    expect(sell(deal, event as Parameters<typeof sell>[1], AT)?.lesson?.outcome).toBe(outcome);
  });
});
