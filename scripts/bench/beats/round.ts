import * as z from 'zod';
import { BeatOutcome } from '#contract/beat.ts';
import type { Report } from '../../local/cloud/lambda/function.ts';
import { quantile, tenths } from '../load.ts';
import type { TableWatch } from './table-watch.ts';

/** All agents once, at the same moment. Times in ms; `p50Ms` and `p95Ms` of a beat's own time, from its sandbox taking the event to its answer. */
export interface Round {
  readonly name: 'first' | 'settling' | 'due' | 'twice';
  readonly invocations: number;
  readonly beaten: number;
  /** Of them, with nothing to commit. */
  readonly idle: number;
  /** Told to the holder of the lease, who beats once more. */
  readonly busy: number;
  /** Invocations that failed, and intents. */
  readonly failed: number;
  readonly heldTwice: number;
  /** From the moment they were due to the last answer. */
  readonly wallMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly cpuMs: number;
  /** Invocations that were under way at the same time, at most. */
  readonly mostAtOnce: number;
  readonly coldStarts: number;
  /** Units of table `economy` an invocation. */
  readonly writes: number;
  readonly reads: number;
}

const json = z.string().transform((text): unknown => JSON.parse(text));

export function roundOf(
  reports: readonly Report[],
  {
    name,
    wallMs,
    watch,
  }: { readonly name: Round['name']; readonly wallMs: number; readonly watch: TableWatch },
): Round {
  const outcomes = reports
    .filter(({ outcome }) => outcome.ok)
    .map(({ outcome }) => json.pipe(BeatOutcome).parse(outcome.payload));
  const beats = reports.map(({ outcome, durationMs }) => ({
    call: 'beat',
    ms: durationMs,
    ok: outcome.ok,
  }));
  const intents = outcomes.flatMap((outcome) => outcome.intents);
  const each = (sum: number) => tenths(sum / Math.max(1, reports.length));
  return {
    name,
    invocations: reports.length,
    beaten: outcomes.filter(({ outcome }) => outcome === 'beaten').length,
    idle: outcomes.filter(
      ({ outcome, commits }) => outcome === 'beaten' && commits.every((one) => one === 'idle'),
    ).length,
    busy: outcomes.filter(({ outcome }) => outcome === 'busy').length,
    failed:
      reports.length -
      outcomes.length +
      intents.filter(({ result }) => result === 'failed' || result === 'outrun').length,
    heldTwice: watch.overlaps().length,
    wallMs,
    p50Ms: quantile(beats, 0.5),
    p95Ms: quantile(beats, 0.95),
    cpuMs: each(reports.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
    mostAtOnce: mostAtOnce(reports),
    coldStarts: reports.filter(({ initMs }) => initMs !== undefined).length,
    writes: each(watch.units.writes),
    reads: each(watch.units.reads),
  };
}

function mostAtOnce(reports: readonly Report[]): number {
  return Math.max(
    0,
    ...reports.map(
      ({ beganMs: at }) =>
        reports.filter(({ beganMs, durationMs }) => beganMs <= at && at < beganMs + durationMs)
          .length,
    ),
  );
}
