import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glimpseOf, Sample } from '#core/refinery/sample.ts';
import { aLog } from '../../support/log.ts';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('a sample', () => {
  it('is three records, and never more than half of the product', () => {
    const log = aLog(10);
    const sample = new Sample();
    for (const record of log) sample.add(record);
    expect(sample.of(log.length)).toEqual(log.slice(0, 3));
    expect([1, 2, 3, 5, 6, 1_000_000].map((records) => sample.of(records).length)).toEqual([
      0, 1, 1, 2, 3, 3,
    ]);
  });

  it('cuts texts and lists, between code points', () => {
    const text = '\u{1F98E}'.repeat(500);
    expect(glimpseOf({ user: 'ana', text, list: [1, 2, 3, 4, 5] })).toEqual({
      user: 'ana',
      text: `${'\u{1F98E}'.repeat(160)}…`,
      list: [1, 2, 3],
    });
  });

  it('is bounded, whatever the record holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const glimpse = glimpseOf(record);
        expect(glimpse === undefined || bytesOf(glimpse) <= 2_048).toBe(true);
      }),
    );
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key-${i}`, 'x']));
    expect(glimpseOf(wide)).toBeUndefined();
    const long = { lists: Array.from({ length: 50 }, () => 'y'.repeat(10_000)) };
    expect(bytesOf(glimpseOf(long))).toBeLessThanOrEqual(2_048);
  });
});
