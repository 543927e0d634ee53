import { dice } from '../local/economy/synthetic-chat.ts';

const MINUTE = 60_000;

/** What befalls one call: nothing, no effect and no answer, an effect without its answer, a late answer, or the caller's death before or after it. */
export type Fate = 'fair' | 'lost' | 'unanswered' | 'late' | 'dead-before' | 'dead-after';

/** What befalls a message: each number is a delay in ms; none, and it is lost. */
export type Arrivals = readonly number[];

/** Who never answers again in a history, and from when on, in ms after its beginning. */
export interface Silence {
  readonly of: 'market' | 'facilitator';
  readonly from: number;
}

/** All chance of one seed: faults by its own storminess, and what else is drawn. Counts what it did. */
export class Weather {
  readonly roll: () => number;
  readonly #storm: number;
  #isCalm = false;
  faults = 0;

  constructor(seed: number) {
    this.roll = dice(Math.imul(seed, 0x9e3779b1) ^ 0x5f356495);
    // from a fair day to one in which most beats meet something
    this.#storm = this.roll() < 0.1 ? 0 : this.roll() ** 2;
  }

  /** From now on nothing fails any more. */
  calm(): void {
    this.#isCalm = true;
  }

  chance(share: number): boolean {
    return this.roll() < share;
  }

  between(from: number, to: number): number {
    return from + Math.floor(this.roll() * (to - from));
  }

  /** True for a fault of this share in the worst weather. */
  strikes(share: number): boolean {
    const isStruck = this.roll() < share * this.#storm && !this.#isCalm;
    if (isStruck) this.faults += 1;
    return isStruck;
  }

  fate(): Fate {
    if (!this.strikes(0.03)) return 'fair';
    const fates: readonly Fate[] = [
      'lost',
      'lost',
      'unanswered',
      'unanswered',
      'late',
      'dead-before',
      'dead-after',
    ];
    return fates[this.between(0, fates.length)] ?? 'fair';
  }

  /** In one history of eight, somebody whom money depends on goes silent for good. */
  silence(from: number, to: number): Silence | undefined {
    const fate = this.roll();
    if (fate >= 0.125) return undefined;
    return { of: fate < 0.0625 ? 'market' : 'facilitator', from: this.between(from, to) };
  }

  /** A message on its way: once, twice, late or never. */
  arrivals(): Arrivals {
    if (this.strikes(0.15)) return [];
    const first = this.strikes(0.2) ? this.between(MINUTE, 90 * MINUTE) : this.between(0, 2000);
    return this.strikes(0.2) ? [first, this.between(0, 30 * MINUTE)] : [first];
  }

  /** How long something stays away, in ms. */
  outage(): number {
    return this.between(MINUTE, 180 * MINUTE);
  }
}
