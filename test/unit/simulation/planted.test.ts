import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../scripts/simulate/seed.ts';

const SIMULATE = join(import.meta.dirname, '../../../scripts/simulate.ts');

interface Run {
  readonly code: number;
  readonly report: { readonly ok: boolean; readonly violations: readonly Violation[] };
  readonly told: string;
}
interface Violation {
  readonly seed: number;
  readonly invariant: string;
}

function run(...flags: string[]): Promise<Run> {
  const args = [SIMULATE, '--days', '1', '--threads', '1', '--json', ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1e8 }, (error, stdout, told) => {
      const code = Number(error?.code ?? 0);
      resolve({ code, report: JSON.parse(stdout) as Run['report'], told });
    });
  });
}

describe('a fault that was planted', () => {
  it.each([
    ['no-reclaim', 6, /^stranded in escrow: 0x/],
    ['forgotten-orders', 18, /^paid twice directly: /],
  ] as const)('%s is found', async (plant, seed, invariant) => {
    const { violations } = await simulate(seed, { days: 1, plant });
    expect(violations).toContainEqual(expect.stringMatching(invariant));
  });

  it('is found, its seed is told, and replayed it is the same', async () => {
    const found = await run('--from', '6', '--seeds', '1', '--plant', 'paid-twice');
    expect(found.code).toBe(1);
    expect(found.report.ok).toBe(false);
    expect(found.report.violations.map((one) => one.invariant)).toContainEqual(
      expect.stringMatching(/^ledger is not the chain: kk-/),
    );
    const [{ seed } = { seed: 0 }] = found.report.violations;
    expect(found.told).toContain(`seed ${seed}: `);

    const replayed = await run('--seed', String(seed), '--plant', 'paid-twice');
    expect(replayed.code).toBe(1);
    expect(replayed.report.violations).toEqual(found.report.violations);
    // every call of it, one a line
    expect(replayed.told.split('\n').length).toBeGreaterThan(1000);
  });
});
