import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { explainAws } from '../explain-aws.ts';

/** What one check found. `skipped` says why there was nothing to look at: it does no harm. */
export type Found =
  | { readonly status: 'ok' | 'skipped'; readonly found: string }
  | { readonly status: 'failed'; readonly found: string; readonly remedy: string };

export interface Check {
  readonly name: string;
  /** May throw: a CannotStart says in itself what to do. */
  readonly look: () => Promise<Found>;
}

export type Finding = { readonly check: string } & Found;

export const ok = (found: string): Found => ({ status: 'ok', found });
export const skipped = (found: string): Found => ({ status: 'skipped', found });
export const failed = (found: string, remedy: string): Found => ({
  status: 'failed',
  found,
  remedy,
});

/** One verdict of many: all that is wrong, each with what to do. */
export function together(all: readonly Found[], whenWell: string): Found {
  const wrong = all.filter((one) => one.status === 'failed');
  if (wrong.length === 0) return ok(whenWell);
  const words = (of: (one: (typeof wrong)[number]) => string) => [...new Set(wrong.map(of))];
  return failed(words(({ found }) => found).join('; '), words(({ remedy }) => remedy).join('; '));
}

/** All at once, none longer than `patienceMs`. Never rejects. */
export function runChecks(
  checks: readonly Check[],
  patienceMs: number,
): Promise<readonly Finding[]> {
  return Promise.all(
    checks.map(async ({ name, look }) => {
      const timer = new AbortController();
      const tooLate = sleep(patienceMs, undefined, { signal: timer.signal, ref: false }).then(() =>
        failed(
          `no answer within ${patienceMs / 1000} s`,
          'check network and proxy, and run it again',
        ),
      );
      tooLate.catch(() => undefined);
      const found = await Promise.race([look().catch(explained), tooLate]);
      timer.abort();
      return { check: name, ...found };
    }),
  );
}

function explained(error: unknown): Found {
  const plain = explainAws(error);
  const words = plain instanceof Error ? plain.message : String(plain);
  if (!(plain instanceof CannotStart)) return failed(words, 'see docs/runbook.md');
  const [, found = words, remedy = 'see there'] = /^(.+?): (.+?)\.?$/s.exec(words) ?? [];
  return failed(found, remedy);
}
