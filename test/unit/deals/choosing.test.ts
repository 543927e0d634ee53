import { describe, expect, it } from 'vitest';
import type { Address } from '#contract/ids.ts';
import { agentOf } from '#contract/roster.ts';
import { choose, payeesAmong } from '#core/market/choosing.ts';
import { remember } from '#core/market/peers.ts';
import type { Standing } from '#core/ports/identities.ts';
import type { Application } from '#core/ports/market.ts';
import {
  aBuyDeal,
  aLockedDeal,
  anApplication,
  BUYER,
  NOW,
  SELLER,
  WALLETS,
  walletOf,
} from '../../support/builders.ts';

const stranger = walletOf('stranger');
const other = `0x${'ee'.repeat(20)}` as const;
const good = (owner: Address, over: Partial<Standing> = {}): Standing => ({
  owner,
  count: 3,
  score: 90,
  ...over,
});
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const by = (wallet: Address, over: Partial<Application> = {}) =>
  anApplication({ wallet, executorId: `executor-${wallet}`, ...over });

function chosen(
  applications: readonly Application[],
  standings: Record<string, Standing> = {},
  over: Parameters<typeof aBuyDeal>[0] = {},
): Address | undefined {
  const field = {
    self: walletOf(BUYER),
    roster: WALLETS,
    standings: new Map(Object.entries(standings) as [Address, Standing][]),
  };
  return choose(aBuyDeal(over), applications, field)?.wallet;
}

describe('choosing an applicant', () => {
  it('takes a seller of the roster, and nobody of it who sells something else', () => {
    const juanjumagalp = walletOf(agentOf('kk-juanjumagalp').id);

    expect(chosen([by(juanjumagalp), by(walletOf(SELLER), { appliedAt: later(1) })])).toBe(
      walletOf(SELLER),
    );
    expect(chosen([by(juanjumagalp)], { [juanjumagalp]: good(juanjumagalp) })).toBeUndefined();
  });

  it.each([
    ['nobody has rated', undefined, false],
    ['too few have rated', good(stranger, { count: 2, score: 100 }), false],
    ['was rated too badly', good(stranger, { count: 50, score: 69.9 }), false],
    ['has earned it', good(stranger, { count: 3, score: 70 }), true],
  ])('of a stranger whom %s', (_who, standing, isTaken) => {
    const standings: Record<string, Standing> = standing ? { [stranger]: standing } : {};

    expect(chosen([by(stranger)], standings)).toBe(isTaken ? stranger : undefined);
    expect(
      payeesAmong({
        self: walletOf(BUYER),
        roster: WALLETS,
        standings: new Map(Object.entries(standings) as [Address, Standing][]),
      }).has(stranger),
    ).toBe(isTaken);
  });

  it('prefers trust to haste, and haste among equals', () => {
    const early = by(walletOf(SELLER));
    const late = by(stranger, { appliedAt: later(60) });

    expect(chosen([late, early], { [stranger]: good(stranger, { score: 75 }) })).toBe(
      walletOf(SELLER),
    );
    expect(chosen([late, early], { [stranger]: good(stranger, { count: 20, score: 98 }) })).toBe(
      stranger,
    );
    // a good seller that nobody has rated yet stands above a stranger with a worse name
    expect(chosen([early, late], { [stranger]: good(stranger, { count: 99, score: 71 }) })).toBe(
      walletOf(SELLER),
    );
  });

  it('does not let one perfect word outweigh many good ones', () => {
    const many = good(stranger, { count: 40, score: 92 });
    const one = { [walletOf(SELLER)]: good(walletOf(SELLER), { count: 1, score: 100 }) };

    expect(chosen([by(walletOf(SELLER)), by(stranger)], { ...one, [stranger]: many })).toBe(
      stranger,
    );
  });

  it('deals neither with itself nor with itself under another wallet', () => {
    expect(chosen([by(walletOf(BUYER))], { [walletOf(BUYER)]: good(walletOf(BUYER)) })).toBe(
      undefined,
    );
    expect(chosen([by(stranger)], { [stranger]: good(walletOf(BUYER)) })).toBeUndefined();
  });

  it('counts an owner with two wallets once, and with none when one of them failed us', () => {
    const standings = {
      [stranger]: good(stranger, { count: 3, score: 80 }),
      [other]: good(stranger, { count: 9, score: 99 }),
    };
    const both = [by(stranger), by(other, { appliedAt: later(1) })];

    expect(chosen(both, standings)).toBe(stranger);
    expect(chosen(both, standings, { shunned: [`executor-${stranger}`] })).toBeUndefined();
  });

  it('takes a cheat only while nobody else is there, whatever others say of it', () => {
    const seller = walletOf(SELLER);
    const cheat = remember(
      undefined,
      { deal: aLockedDeal(), at: NOW.toISOString() },
      { outcome: 'cheated', note: 'made-up' },
    )!;
    const standings = new Map([
      [seller, good(seller, { count: 90, score: 100 })],
      [stranger, good(stranger, { score: 70 })],
    ]);
    const field = {
      self: walletOf(BUYER),
      roster: WALLETS,
      standings,
      peers: new Map([[seller, cheat]]),
    };
    const both = [by(seller), by(stranger, { appliedAt: later(60) })];

    expect(choose(aBuyDeal(), both, field)?.wallet).toBe(stranger);
    expect(choose(aBuyDeal(), [by(seller)], field)?.wallet).toBe(seller);
  });

  it('weighs what we have seen ourselves with what others say', () => {
    const seller = walletOf(SELLER);
    const failed = remember(
      undefined,
      { deal: aLockedDeal(), at: NOW.toISOString() },
      { outcome: 'failed' },
    )!;
    const standings = new Map([[stranger, good(stranger, { score: 72 })]]);
    const both = [by(seller), by(stranger, { appliedAt: later(60) })];
    const field = { self: walletOf(BUYER), roster: WALLETS, standings };

    expect(choose(aBuyDeal(), both, field)?.wallet).toBe(seller);
    const peers = new Map([[seller, failed]]);
    expect(choose(aBuyDeal(), both, { ...field, peers })?.wallet).toBe(stranger);
  });

  it('leaves out who withdrew, was refused, or failed us here', () => {
    expect(chosen([by(walletOf(SELLER), { status: 'rejected' })])).toBeUndefined();
    expect(
      chosen([by(walletOf(SELLER))], {}, { shunned: [`executor-${walletOf(SELLER)}`] }),
    ).toBeUndefined();
  });
});
