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
  [30_000, 512, false],
  [30_001, 512, true],
  [30_000, 513, true],
])(
  'all six of the real lines in %i ms and %i MB: is the claim broken? %s',
  (cpuMs, peakRssMb, broken) => {
    const row = { engine: 'all six', size: 'real lines', messages: 1, wallMs: 1, cpuMs, peakRssMb };
    expect(isBroken(row)).toBe(broken);
    expect(isBroken({ ...row, size: 2_000_000 })).toBe(false);
    expect(isBroken({ ...row, engine: 'voice_profiles' })).toBe(false);
  },
);
