import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../scripts/simulate/seed.ts';

/** Every call of one history, as one hash. */
async function historyOf(seed: number): Promise<{ readonly lines: number; readonly hash: string }> {
  const hash = createHash('sha256');
  let lines = 0;
  await simulate(seed, {
    days: 1,
    note: (line) => {
      lines += 1;
      hash.update(`${line}\n`);
    },
  });
  return { lines, hash: hash.digest('hex') };
}

describe('the simulated economy', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('keeps its invariants in seed %i', async (seed) => {
    const { deals, direct, refusals, faults, violations } = await simulate(seed, { days: 1 });
    expect(violations).toEqual([]);
    expect(deals).toBeGreaterThan(5);
    // a storm among them, and a fair day
    if (seed === 1) expect(faults).toBeGreaterThan(500);
    if (seed === 6) expect(faults).toBeLessThan(50);
    // one who shops until the budget of its day is used up
    if (seed === 4) expect(direct).toBeGreaterThan(20);
    if (seed === 4) expect(refusals).toBeGreaterThan(0);
  });

  it('takes money back from a market that fell silent for good', async () => {
    const { violations, reclaims } = await simulate(11, { days: 1 });
    expect(violations).toEqual([]);
    expect(reclaims).toBeGreaterThan(0);
  });

  it('is the same history for the same seed, to the last call', async () => {
    const first = await historyOf(9);
    expect(first.lines).toBeGreaterThan(1000);
    expect(await historyOf(9)).toEqual(first);
  });
});
