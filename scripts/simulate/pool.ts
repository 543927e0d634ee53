import { Worker } from 'node:worker_threads';
import type { Plant } from './plant.ts';
import type { SeedReport } from './seed.ts';

/** One thread's share of the work. */
export interface Share {
  readonly first: number;
  /** From one seed to the thread's next. */
  readonly stride: number;
  readonly last: number;
  readonly days: number;
  readonly plant?: Plant | undefined;
}

/** Runs these seeds on as many threads; `onReport` sees each as it comes, in no order. */
export async function simulateAll(
  seeds: {
    readonly first: number;
    readonly count: number;
    readonly days: number;
    readonly plant?: Plant | undefined;
  },
  threads: number,
  onReport: (report: SeedReport) => void,
): Promise<void> {
  const { first, count, days, plant } = seeds;
  const shares = Array.from(
    { length: Math.min(threads, count) },
    (_empty, index): Share => ({
      first: first + index,
      stride: threads,
      last: first + count - 1,
      days,
      plant,
    }),
  );
  await Promise.all(shares.map((share) => runOn(share, onReport)));
}

function runOn(workerData: Share, onReport: (report: SeedReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    worker.on('message', onReport);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`A thread of the simulation ended with code ${code}.`));
    });
  });
}
