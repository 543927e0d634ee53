import { Sample } from '#contract/log-record.ts';
import { Sampler } from '../logs/sample.ts';
import { once } from './shared-text.ts';
import type { Part } from './state.ts';

/** How often each nick was addressed, in lower case; of many, those with the lowest hashes. */
export class Partners extends Sampler implements Part {
  hear(nicks: readonly string[]): void {
    for (const nick of nicks) this.add(once(nick));
  }

  kept(): unknown {
    return this.sample();
  }

  restore(kept: unknown): void {
    this.addAll(Sample.parse(kept));
  }
}

/** Who may address others. */
export interface Speaker {
  readonly user: string;
  readonly partners: Partners;
}

/** One who is addressed or addresses, by their place in a list, and how often. */
export interface Exchange {
  readonly with: number;
  readonly count: number;
}

/** Exchanges by one of the two: those of the nth stand from `starts[n]` to `starts[n + 1]`. Four bytes a number, for there may be millions. */
interface Columns {
  readonly starts: Int32Array;
  readonly others: Int32Array;
  readonly counts: Int32Array;
}

/** Who addresses whom among the people of a list, nobody themselves. A nick that two share in another case is the first one's. */
export class Exchanges {
  readonly users: string[] = [];
  /** Of each nick that was addressed, in their order: who it is is known when everybody is. */
  readonly #numbers = new Map<string, number>();
  /** Of each user in turn, where the nicks that they address end, and of each of these its number and how often. */
  readonly #ends: number[] = [];
  #nicks = new Int32Array(LEAST_EDGES);
  #counts = new Int32Array(LEAST_EDGES);
  #edges = 0;
  #out: Columns | undefined;
  #in: Columns | undefined;

  /** Adds the next of the list. */
  add({ user, partners }: Speaker): void {
    this.users.push(user);
    for (const [nick, times] of partners.sample().counts) {
      if (this.#edges === this.#nicks.length) this.#grow();
      this.#nicks[this.#edges] = this.#numberOf(nick);
      this.#counts[this.#edges] = times;
      this.#edges += 1;
    }
    this.#ends.push(this.#edges);
    this.#out = undefined;
    this.#in = undefined;
  }

  /** Whom the one at this place addresses. */
  from(at: number): readonly Exchange[] {
    this.#out ??= this.#named();
    return row(this.#out, at);
  }

  /** Who addresses them. */
  to(at: number): readonly Exchange[] {
    this.#out ??= this.#named();
    this.#in ??= turned(this.#out);
    return row(this.#in, at);
  }

  #numberOf(nick: string): number {
    const number = this.#numbers.get(nick) ?? this.#numbers.size;
    this.#numbers.set(nick, number);
    return number;
  }

  #grow(): void {
    this.#nicks = twice(this.#nicks);
    this.#counts = twice(this.#counts);
  }

  /** Nicks as people: of those who never spoke, and of who named themselves, nothing stays. */
  #named(): Columns {
    const people = new Map<string, number>();
    this.users.forEach((user, at) => {
      const nick = user.toLowerCase();
      if (!people.has(nick)) people.set(nick, at);
    });
    const named = Int32Array.from(this.#numbers.keys(), (nick) => people.get(nick) ?? NOBODY);
    const starts = new Int32Array(this.users.length + 1);
    const others = new Int32Array(this.#edges);
    const counts = new Int32Array(this.#edges);
    let [edge, kept] = [0, 0];
    for (const [at, end] of this.#ends.entries()) {
      for (; edge < end; edge += 1) {
        const partner = named[this.#nicks[edge] ?? 0] ?? NOBODY;
        if (partner === NOBODY || partner === at) continue;
        others[kept] = partner;
        counts[kept] = this.#counts[edge] ?? 0;
        kept += 1;
      }
      starts[at + 1] = kept;
    }
    return { starts, others: others.subarray(0, kept), counts: counts.subarray(0, kept) };
  }
}

const LEAST_EDGES = 1024;
const NOBODY = -1;

function twice(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}

/** The same exchanges by the other of the two. */
function turned({ starts, others, counts }: Columns): Columns {
  const found = {
    starts: placesFor(others, starts.length - 1),
    others: new Int32Array(others.length),
    counts: new Int32Array(others.length),
  };
  let at = 0;
  others.forEach((other, edge) => {
    while (edge >= (starts[at + 1] ?? Infinity)) at += 1;
    // where the next of this one goes; in the end, where those of the one after begin
    const place = found.starts[other + 1] ?? 0;
    found.starts[other + 1] = place + 1;
    found.others[place] = at;
    found.counts[place] = counts[edge] ?? 0;
  });
  return found;
}

/** For each of so many people, one place on, where theirs begin. */
function placesFor(others: Int32Array, people: number): Int32Array {
  const starts = new Int32Array(people + 2);
  for (const other of others) starts[other + 2] = (starts[other + 2] ?? 0) + 1;
  for (let at = 2; at < starts.length; at += 1)
    starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  return starts;
}

function row({ starts, others, counts }: Columns, at: number): Exchange[] {
  const found: Exchange[] = [];
  for (let edge = starts[at] ?? 0; edge < (starts[at + 1] ?? 0); edge += 1)
    found.push({ with: others[edge] ?? 0, count: counts[edge] ?? 0 });
  return found;
}
