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

/** Who addresses whom among the people of a list, nobody themselves. A nick that two share in another case is the first one's. */
export class Exchanges {
  readonly users: string[] = [];
  /** Of each nick that was addressed, in their order: who it is is known when everybody is. */
  readonly #numbers = new Map<string, number>();
  /** Of each user in turn, how many nicks they address, and of each of these its number and how often. */
  readonly #sizes: number[] = [];
  readonly #to: number[] = [];
  readonly #counts: number[] = [];
  #columns: { readonly out: Columns; readonly in: Columns } | undefined;

  /** Adds the next of the list. */
  add({ user, partners }: Speaker): void {
    const { counts } = partners.sample();
    this.users.push(user);
    this.#sizes.push(counts.length);
    for (const [nick, times] of counts) {
      this.#to.push(this.#numberOf(nick));
      this.#counts.push(times);
    }
    this.#columns = undefined;
  }

  /** Whom the one at this place addresses. */
  from(at: number): readonly Exchange[] {
    return row(this.#found().out, at);
  }

  /** Who addresses them. */
  to(at: number): readonly Exchange[] {
    return row(this.#found().in, at);
  }

  #numberOf(nick: string): number {
    const number = this.#numbers.get(nick) ?? this.#numbers.size;
    this.#numbers.set(nick, number);
    return number;
  }

  #found(): { readonly out: Columns; readonly in: Columns } {
    this.#columns ??= this.#resolved();
    return this.#columns;
  }

  #resolved() {
    const people = new Map<string, number>();
    this.users.forEach((user, at) => {
      const nick = user.toLowerCase();
      if (!people.has(nick)) people.set(nick, at);
    });
    const addressed = [...this.#numbers.keys()].map((nick) => people.get(nick));
    const [from, to, count]: [number[], number[], number[]] = [[], [], []];
    let edge = 0;
    for (const [at, size] of this.#sizes.entries()) {
      for (const end = edge + size; edge < end; edge += 1) {
        const partner = addressed[this.#to[edge] ?? 0];
        if (partner === undefined || partner === at) continue;
        from.push(at);
        to.push(partner);
        count.push(this.#counts[edge] ?? 0);
      }
    }
    const { length } = this.users;
    return {
      out: columns(length, { by: from, other: to, count }),
      in: columns(length, { by: to, other: from, count }),
    };
  }
}

/** Exchanges by one of the two: those of the nth stand from `starts[n]` to `starts[n + 1]`. Four bytes a number, for there may be millions. */
interface Columns {
  readonly starts: Int32Array;
  readonly others: Int32Array;
  readonly counts: Int32Array;
}

interface Edges {
  readonly by: readonly number[];
  readonly other: readonly number[];
  readonly count: readonly number[];
}

function columns(people: number, { by, other, count }: Edges): Columns {
  const starts = new Int32Array(people + 2);
  for (const at of by) starts[at + 2] = (starts[at + 2] ?? 0) + 1;
  for (let at = 2; at < starts.length; at += 1)
    starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const found = { starts, others: new Int32Array(by.length), counts: new Int32Array(by.length) };
  by.forEach((at, edge) => {
    // where the next of this one goes; in the end, where those of the one after begin
    const place = starts[at + 1] ?? 0;
    starts[at + 1] = place + 1;
    found.others[place] = other[edge] ?? 0;
    found.counts[place] = count[edge] ?? 0;
  });
  return found;
}

function row({ starts, others, counts }: Columns, at: number): Exchange[] {
  const found: Exchange[] = [];
  for (let edge = starts[at] ?? 0; edge < (starts[at + 1] ?? 0); edge += 1)
    found.push({ with: others[edge] ?? 0, count: counts[edge] ?? 0 });
  return found;
}
