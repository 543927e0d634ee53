import type { Timeline } from './timeline.ts';
import type { Fate, Weather } from './weather.ts';

const MINUTE = 60_000;

/** One run of one beat: what it calls goes through here until it is killed. */
export interface Run {
  readonly name: string;
  isDead: boolean;
}

/** What every simulated thing has at hand. */
export interface Stage {
  readonly timeline: Timeline;
  readonly weather: Weather;
  /** One line of the history. */
  readonly note: (line: string) => void;
}

/** How a port says that it did not work: by throwing, or by the value given here. */
export type Breaks = (reason: string) => unknown;

export const throwing: Breaks = (reason) => {
  throw new Error(reason);
};

/**
 * The same port, its calls taking time and meeting their fate: each is one event on the line. A killed run never hears of its call
 * again, which is what a killed function is; a late one goes on when its lease is long over.
 */
export function through<T extends object>(
  { name, target, breaks }: { readonly name: string; readonly target: T; readonly breaks: Breaks },
  run: Run,
  stage: Stage,
): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): Promise<unknown> =>
        call(
          {
            name: `${name}.${String(key)}`,
            effect: () => Promise.resolve<unknown>(Reflect.apply(value, object, args)),
            breaks,
          },
          run,
          stage,
        );
    },
  });
}

interface Call {
  readonly name: string;
  readonly effect: () => Promise<unknown>;
  readonly breaks: Breaks;
}

function call(made: Call, run: Run, { timeline, weather, note }: Stage): Promise<unknown> {
  const { name, effect, breaks } = made;
  const fate = weather.fate();
  const goesOut = timeline.ms + weather.between(2, 60);
  const late = fate === 'late' ? weather.between(2 * MINUTE, 120 * MINUTE) : 0;
  return new Promise((resolve, reject) => {
    timeline.at(goesOut, async () => {
      if (run.isDead) return;
      note(`${run.name} ${name}${fate === 'fair' ? '' : ` ${fate}`}`);
      if (fate === 'dead-before') run.isDead = true;
      if (run.isDead) return;
      const outcome = await outcomeOf(fate, effect, breaks);
      if (fate === 'dead-after') run.isDead = true;
      const answer = () => {
        if (run.isDead) return;
        if (outcome.ok) resolve(outcome.value);
        else reject(outcome.error);
      };
      if (late === 0) answer();
      else timeline.at(timeline.ms + late, answer);
    });
  });
}

type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Error };

async function outcomeOf(fate: Fate, effect: Call['effect'], breaks: Breaks): Promise<Outcome> {
  try {
    if (fate === 'lost') return { ok: true, value: breaks('no connection') };
    const value = await effect();
    return { ok: true, value: fate === 'unanswered' ? breaks('no answer') : value };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
