import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';

/** AWS::Scheduler::Schedule with a Lambda target. */
export interface Schedule {
  readonly name: string;
  /** `rate(5 minutes)` */
  readonly expression: string;
  readonly enabled: boolean;
  /** FlexibleTimeWindow: each tick comes at a random moment of it. @default 0 */
  readonly windowMinutes?: number | undefined;
  /** Its place within the period is where the schedule's ticks stand to each other. */
  readonly startDate?: Date | undefined;
  /** Text with `<aws.scheduler.scheduled-time>` and its like; sent as it is when it has none. @default {} */
  readonly input?: string | undefined;
  /** RetryPolicy.MaximumRetryAttempts: of the delivery to Lambda, not of the function. @default 185 */
  readonly retries?: number | undefined;
  /** Delivers one event and settles when it is handled; it throws when the target takes no events. */
  readonly deliver: (event: string) => Promise<void>;
  /** What becomes of an event that could not be delivered. */
  readonly bury: (event: string, error: unknown) => Promise<void>;
}

export interface Scheduler {
  readonly add: (schedule: Schedule) => void;
  /** First ticks come at once (or after the schedule's offset), however often it was stopped before. */
  readonly start: () => void;
  readonly stop: () => void;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;

/**
 * EventBridge Scheduler, `speed` times as fast: `rate(5 minutes)` at 150 ticks every two seconds. Work is not faster than in
 * AWS, so above speed 1 a tick is left out while the one before it is still handled: ticks would pile up processes.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function createScheduler(speed: number): Scheduler {
  const schedules: { readonly schedule: Schedule; readonly periodMs: number }[] = [];
  let running: AbortController | undefined;

  function begin(schedule: Schedule, periodMs: number, stopped: AbortSignal): void {
    const offset = ((schedule.startDate?.getTime() ?? 0) % periodMs) / speed;
    const windowMs = ((schedule.windowMinutes ?? 0) * UNIT_MS.minute) / speed;
    tickOn(schedule, {
      everyMs: periodMs / speed,
      first: Date.now() + offset,
      windowMs,
      stopped,
      mayOverlap: speed <= 1,
    }).catch((error: unknown) => {
      if (!stopped.aborted) throw error;
    });
  }

  return {
    add: (schedule) => {
      schedules.push({ schedule, periodMs: periodOf(schedule) });
    },
    start: () => {
      if (running) return;
      running = new AbortController();
      for (const { schedule, periodMs } of schedules) {
        if (schedule.enabled) begin(schedule, periodMs, running.signal);
      }
    },
    stop: () => {
      running?.abort();
      running = undefined;
    },
  };
}

/** Timers are of 31 bits (some 25 days); a longer one goes off at once. */
const LONGEST_SLEEP = 2 ** 31 - 1;

interface Ticking {
  readonly everyMs: number;
  readonly first: number;
  readonly windowMs: number;
  readonly stopped: AbortSignal;
  readonly mayOverlap: boolean;
}

async function tickOn(
  schedule: Schedule,
  { everyMs, first, windowMs, stopped, mayOverlap }: Ticking,
): Promise<void> {
  let last = 0;
  let atWork = 0;
  for (let tick = 0; ; tick += 1) {
    const due = first + tick * everyMs;
    // a machine that slept does not make up for what it missed
    if (due + everyMs < Date.now()) continue;
    await sleepUntil(due + Math.random() * windowMs, stopped);
    if (atWork > 0 && !mayOverlap) continue;
    // the clock's own time, and never the same twice: it is the id of what the target does
    const scheduledTime = Math.max(Math.round(due), last + 1);
    last = scheduledTime;
    atWork += 1;
    void deliver(schedule, fill(schedule, new Date(scheduledTime)), stopped).finally(() => {
      atWork -= 1;
    });
  }
}

async function sleepUntil(time: number, signal: AbortSignal): Promise<void> {
  do await sleep(Math.min(Math.max(0, time - Date.now()), LONGEST_SLEEP), undefined, { signal });
  while (time > Date.now());
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function fill(schedule: Schedule, scheduledTime: Date): string {
  return (schedule.input ?? '{}')
    .replaceAll('<aws.scheduler.scheduled-time>', scheduledTime.toISOString())
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.name)
    .replaceAll('<aws.scheduler.execution-id>', `${schedule.name}-${scheduledTime.getTime()}`)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

async function deliver(schedule: Schedule, event: string, stopped: AbortSignal): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await schedule.deliver(event);
      return;
    } catch (error) {
      if (stopped.aborted) return;
      if (attempt >= (schedule.retries ?? 185)) {
        await schedule.bury(event, error);
        return;
      }
      await sleep(Math.min(60_000, 200 * 2 ** attempt), undefined, { ref: false });
    }
  }
}

function periodOf({ name, expression }: Schedule): number {
  const [, count = '', unit = ''] = RATE.exec(expression) ?? [];
  if (unit === 'minute' || unit === 'hour' || unit === 'day') return Number(count) * UNIT_MS[unit];
  throw new CannotStart(
    `The schedule ${name} says ${expression}: the local scheduler knows only rate(n minutes|hours|days), so write it as a rate.`,
  );
}
