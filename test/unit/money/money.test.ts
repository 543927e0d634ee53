import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatUsdc,
  Micro,
  parseUsdc,
  splitBounty,
  toUsdNumber,
  UsdNumber,
} from '#contract/money.ts';
import { boughtEntry, earnedEntry, lockedEntry, openingEntry, sum } from '#core/money/ledger.ts';
import { AT, aLockedDeal, aSellDeal, txOf } from '../../support/builders.ts';

const micro = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n });
const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });

describe('money', () => {
  it.each([
    [1_230_000n, '1.23'],
    [-500n, '-0.0005'],
    [0n, '0'],
    [1n, '0.000001'],
    [-1_000_000n, '-1'],
  ])('writes %s as %s', (value, text) => {
    expect(formatUsdc(value)).toBe(text);
  });

  it('reads what it writes, on the wire and for humans', () => {
    fc.assert(
      fc.property(micro, (value) => {
        expect(parseUsdc(formatUsdc(value))).toBe(value);
        expect(Micro.decode(Micro.encode(value))).toBe(value);
      }),
    );
  });

  it('brings six decimals through a JSON number and back', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(UsdNumber.parse(JSON.parse(JSON.stringify(toUsdNumber(value))))).toBe(value);
      }),
    );
  });

  it.each(['', '.', '1.', '.5', '1.2345678', '1e3', '0x1', '1,5', ' 1', '--1', 'NaN', '１'])(
    'takes "%s" for no number',
    (text) => {
      expect(parseUsdc(text)).toBeUndefined();
    },
  );

  it('splits a bounty so that nothing is lost and the fee is never more than 13 %', () => {
    expect(splitBounty(10_000n)).toEqual({ net: 8_700n, fee: 1_300n });
    fc.assert(
      fc.property(amount, (bounty) => {
        const { net, fee } = splitBounty(bounty);
        expect(net + fee).toBe(bounty);
        expect(fee * 100n).toBeLessThanOrEqual(bounty * 13n);
        expect((fee + 1n) * 100n).toBeGreaterThan(bounty * 13n);
      }),
    );
  });
});

describe('ledger', () => {
  it('sums to zero for every amount', () => {
    fc.assert(
      fc.property(amount, amount, (net, fee) => {
        const entries = [
          openingEntry(net, AT),
          earnedEntry(aSellDeal(), { tx: txOf(1), net, fee }, AT),
          lockedEntry(aLockedDeal({ bounty: net }), txOf(1), AT),
          boughtEntry(aLockedDeal({ bounty: net }), txOf(1), AT),
        ];
        for (const { postings } of entries) expect(sum(postings)).toBe(0n);
      }),
    );
  });

  it('names an entry by its deal, and a lock by its salt', () => {
    expect(boughtEntry(aLockedDeal(), txOf(1), AT).id).toBe(`bought#${aLockedDeal().taskId}`);
    expect(lockedEntry(aLockedDeal(), txOf(1), AT).id).toMatch(/^locked#.+#[0-9a-f]{16}$/);
  });
});
