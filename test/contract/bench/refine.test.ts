import { expect, it } from 'vitest';
import { benchRefine, isBroken } from '../../../scripts/bench/refine.ts';

it('bench -- refine makes all six products of generated messages, beside its floor', async () => {
  const rows = await benchRefine({ sizes: [2000], real: false, each: false }, () => undefined);

  expect(rows.map(({ engine }) => engine)).toEqual(['json-parse', 'all six']);
  for (const row of rows) {
    expect(row.messages).toBe(2000);
    expect(row.cpuMs).toBeGreaterThan(0);
    expect(row.peakRssMb).toBeGreaterThan(20);
    expect(row.perSecond).toBeGreaterThan(0);
  }
}, 60_000);

it.each([
  ['all six', 'real lines', 30_000, 512, false],
  ['all six', 'real lines', 30_001, 512, true],
  ['all six', 'real lines', 30_000, 513, true],
  ['all six', 2_000_000, 99_999, 999, false],
  ['voice_profiles', 'real lines', 99_999, 999, false],
])('%s of %s in %i ms and %i MB breaks the claim: %s', (engine, size, cpuMs, peakRssMb, broken) => {
  expect(isBroken({ engine, size, messages: 1, wallMs: 1, cpuMs, peakRssMb })).toBe(broken);
});
