import type { Stage } from './calls.ts';
import { SimulatedEconomy } from './economy.ts';
import { findStuck, findWrong } from './invariants.ts';
import { Timeline } from './timeline.ts';
import { Weather } from './weather.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = new Date('2026-03-01T00:00:00.000Z');
/** Every bounty's deadline, and time for what follows it. */
const RESOLVED = 34 * HOUR;

export interface SeedReport {
  readonly seed: number;
  readonly deals: number;
  readonly faults: number;
  /** Invariants that do not hold, in words. */
  readonly violations: readonly string[];
}

/**
 * One history: some days of any weather, then fair days until everything must have come to its end. The same seed is the same
 * history to the last call, which `note` is told line by line.
 */
export async function simulate(
  seed: number,
  { days, note }: { readonly days: number; readonly note?: (line: string) => void },
): Promise<SeedReport> {
  const timeline = new Timeline(START);
  const weather = new Weather(seed);
  const told = (line: string) => note?.(`${timeline.now().toISOString()} ${line}`);
  const stage: Stage = { timeline, weather, note: note ? told : () => undefined };
  const economy = new SimulatedEconomy(stage);
  await economy.open();
  const stormy = days * DAY;
  const growths = weather.chance(0.1) ? weather.between(10, 30) : weather.between(2, 7);
  for (let n = 0; n < growths; n += 1) {
    const at = n === 0 ? weather.between(0, HOUR) : weather.between(0, stormy);
    timeline.at(START.getTime() + at, () => {
      economy.grow();
    });
  }
  await timeline.runUntil(START.getTime() + stormy);
  weather.calm();
  const violations = new Set<string>();
  await timeline.runUntil(timeline.ms + RESOLVED);
  for (const stuck of await findStuck(economy, timeline.ms)) violations.add(stuck);
  await economy.agents.halt(true);
  await timeline.runUntil(timeline.ms + RESOLVED);
  for (const wrong of await findWrong(economy, timeline.ms)) violations.add(wrong);
  const deals = [...economy.chain.payments.values()].filter(({ end }) => end?.kind === 'captured');
  return { seed, deals: deals.length, faults: weather.faults, violations: [...violations] };
}
