import { Product } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { isFinal } from '#core/heartbeat/change.ts';
import { GRACE_MS } from '#core/market/patience.ts';
import type { Stage } from './calls.ts';
import { SimulatedEconomy } from './economy.ts';
import { findStuck, findWrong } from './invariants.ts';
import { PLANTS, type Plant } from './plant.ts';
import { Timeline } from './timeline.ts';
import { type Silence, Weather } from './weather.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = new Date('2026-03-01T00:00:00.000Z');
/** Every bounty's deadline, and time for what follows it. */
const RESOLVED = 34 * HOUR;

/** After the end of the last escrow: the agents' grace and some beats. */
const RECLAIMED = GRACE_MS + 12 * HOUR;

/** Who buys over the direct door: consumers first. */
const SHOPPERS = ROSTER.filter(({ role }) => role === 'consumer' || role === 'validator').map(
  ({ id }) => id,
);

export interface SeedReport {
  readonly seed: number;
  readonly deals: number;
  /** Locks that their payers had to take back themselves. */
  readonly reclaims: number;
  /** Payments over the direct door, and purchases there that the budget of a day did not allow. */
  readonly direct: number;
  readonly refusals: number;
  readonly faults: number;
  /** Invariants that do not hold, in words. */
  readonly violations: readonly string[];
}

export interface Course {
  readonly days: number;
  /** Told every call, line by line. */
  readonly note?: (line: string) => void;
  /** A fault to make on purpose. */
  readonly plant?: Plant | undefined;
}

/**
 * One history: some days of any weather, then fair days until everything must have come to its end. The same seed is the same
 * history to the last call.
 */
export async function simulate(seed: number, course: Course): Promise<SeedReport> {
  const { days, note, plant } = course;
  const timeline = new Timeline(START);
  const weather = new Weather(seed);
  const told = (line: string) => note?.(`${timeline.now().toISOString()} ${line}`);
  const stage: Stage = { timeline, weather, note: note ? told : () => undefined };
  const economy = new SimulatedEconomy(stage);
  await economy.open();
  const silence = foretell(economy, { stage, stormy: days * DAY });
  if (plant) PLANTS[plant](economy);
  await timeline.runUntil(START.getTime() + days * DAY);
  weather.calm();
  const violations = await runOut(economy, { timeline, silence });
  const deals = [...economy.chain.payments.values()].filter(({ end }) => end?.kind === 'captured');
  const { reclaims, direct } = economy.chain;
  const refusals = economy.shop.errands.filter(
    ({ refused }) => refused === 'over-day-budget',
  ).length;
  return {
    seed,
    deals: deals.length,
    reclaims,
    direct: direct.size,
    refusals,
    faults: weather.faults,
    violations,
  };
}

/** Puts on the line what no agent causes: new logs, and who goes silent for good. */
function foretell(
  economy: SimulatedEconomy,
  { stage, stormy }: { readonly stage: Stage; readonly stormy: number },
): Silence | undefined {
  const { timeline, weather } = stage;
  const growths = weather.chance(0.1) ? weather.between(10, 30) : weather.between(2, 7);
  for (let n = 0; n < growths; n += 1) {
    const at = n === 0 ? weather.between(0, HOUR) : weather.between(0, stormy);
    timeline.at(START.getTime() + at, () => {
      economy.grow();
    });
  }
  sendShopping(economy, { stage, stormy });
  const silence = weather.silence(stormy / 4, stormy);
  if (silence)
    timeline.at(START.getTime() + silence.from, () => {
      economy.silence(silence.of);
    });
  return silence;
}

/** Purchases over the direct door; in one history of eight somebody shops until the budget of its day stops it. */
function sendShopping(
  economy: SimulatedEconomy,
  { stage: { timeline, weather }, stormy }: { readonly stage: Stage; readonly stormy: number },
): void {
  const isSpree = weather.chance(0.125);
  const errands = isSpree ? weather.between(60, 100) : weather.between(0, 8);
  for (let n = 0; n < errands; n += 1) {
    const shopper = SHOPPERS[isSpree ? 0 : weather.between(0, SHOPPERS.length)];
    const product = Product.options[weather.between(0, Product.options.length)] ?? 'raw_logs';
    const at = weather.between(HOUR, isSpree ? DAY / 2 : stormy);
    timeline.at(START.getTime() + at, () => {
      if (shopper) economy.shop.want(shopper, product);
    });
  }
}

/** Fair days to the end of everything, and what is wrong on the way. */
async function runOut(
  economy: SimulatedEconomy,
  { timeline, silence }: { readonly timeline: Timeline; readonly silence: Silence | undefined },
): Promise<string[]> {
  const stuck = async () => findStuck(economy, { now: timeline.ms, silence });
  const violations: string[] = [];
  await timeline.runUntil(timeline.ms + RESOLVED);
  violations.push(...(await stuck()));
  await economy.agents.halt(true);
  await timeline.runUntil(timeline.ms + RESOLVED);
  violations.push(...(await stuck()));
  // whatever is locked by now only its payer can take back, and a rating waits no longer than that
  await timeline.runUntil(Math.max(timeline.ms, (await lastExpiry(economy)) + RECLAIMED));
  violations.push(...(await findWrong(economy, { now: timeline.ms, silence })));
  return [...new Set(violations)];
}

/** When the last escrow of an unfinished deal can be paid out no more; 0 when all are finished. */
async function lastExpiry({ agents, chain }: SimulatedEconomy): Promise<number> {
  const books = await Promise.all(ROSTER.map(({ id }) => agents.book(id)));
  const waiting = books.flatMap(({ deals }) => deals.filter((deal) => !isFinal(deal)));
  const open = [...chain.payments.values()].filter(({ end }) => end === undefined);
  const terms = [
    ...open.map(({ info }) => info),
    ...waiting.flatMap(({ payment }) => payment ?? []),
  ];
  return Math.max(0, ...terms.map(({ authorizationExpiry }) => authorizationExpiry * 1000));
}
