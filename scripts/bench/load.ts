import { setTimeout as sleep } from 'node:timers/promises';

export interface Sample {
  readonly call: string;
  readonly ms: number;
  readonly ok: boolean;
}

/** `run` gives the name of the call and whether it was answered. */
export type Call = (i: number) => { readonly call: string; readonly done: Promise<boolean> };

/** So many calls a second, whether the ones before have ended or not. Times count from the moment each was due: a late start counts. */
export async function atRate(
  call: Call,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const running: Promise<void>[] = [];
  const began = performance.now();
  for (let i = 0; i < rate * seconds; i += 1) {
    const due = began + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    running.push(sampled(call, i, { since: due, samples }));
  }
  await Promise.all(running);
  return samples;
}

/** As many calls as get through with so many under way at once. */
export async function flatOut(
  call: Call,
  { workers, seconds }: { readonly workers: number; readonly seconds: number },
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const until = performance.now() + seconds * 1000;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      next += 1;
      await sampled(call, next, { since: performance.now(), samples });
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return samples;
}

async function sampled(
  call: Call,
  i: number,
  { since, samples }: { readonly since: number; readonly samples: Sample[] },
): Promise<void> {
  const { call: name, done } = call(i);
  const ok = await done;
  samples.push({ call: name, ms: performance.now() - since, ok });
}

/** The time in which this share of the calls was answered, in ms. */
export function quantile(samples: readonly Sample[], q: number): number {
  const sorted = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return tenths(sorted[Math.floor((sorted.length - 1) * q)] ?? 0);
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
