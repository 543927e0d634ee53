import * as z from 'zod';
import type { LogRecord } from '#contract/log-record.ts';
import { DAY_SECONDS, wallClockOf } from '../logs/time.ts';
import { addressed } from './address.ts';
import { Occurrences, rankOf } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { DaySet } from './day-set.ts';
import { termsUpTo } from './found-terms.ts';
import { compareCodePoints, fold, words } from './text.ts';
import { readTopics, type TopicRead } from './topic-map-reading.ts';

/** Words of one day that are kept, and of all days, as their background. */
const MOST_WORDS = 512;
const MOST_BACKGROUND = 16_384;
const isTerm = termsUpTo(20);

/** What is counted of one day. */
export interface Day {
  /** Days since 1970 in the zone's calendar. */
  readonly day: number;
  firstSeen: string;
  lastSeen: string;
  /** `messages`, `told` (those with a topic), `topic/<name>`, `sub/<topic>/<sub-topic>`. */
  readonly counts: Counts;
  /** Words that mean something, each once a message. */
  readonly words: Occurrences;
}

const Ranked = z.array(z.tuple([z.int(), z.string()]));
const KeptDay = z.object({
  day: z.int(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  counts: z.array(z.tuple([z.string(), z.int()])),
  words: Ranked,
});
const KeptUser = z.object({ user: z.string(), days: z.array(z.tuple([z.int(), z.int()])) });
const KeptBackground = z.object({ background: Ranked });
const Kept = z.union([KeptDay, KeptUser, KeptBackground]);

/** What was spoken of on each day: memory grows with days and users. Parts of a log add up to the whole. */
export class Days {
  /** Words of all days. */
  readonly background = new Occurrences(MOST_BACKGROUND);
  readonly #byDay = new Map<number, Day>();
  readonly #byUser = new Map<string, DaySet>();
  readonly #wallClock: (instant: number) => number;

  /** `zone` is an IANA name; throws RangeError for one that does not exist. */
  constructor(zone: string) {
    this.#wallClock = wallClockOf(zone);
  }

  hear({ ts, user, text: whole }: LogRecord): void {
    const day = this.#day(Math.floor(this.#wallClock(Date.parse(ts) / 1000) / DAY_SECONDS), ts);
    this.#daysOf(user).add(day.day);
    const folded = fold(addressed(whole).text);
    const tokens = words(folded);
    count(day, readTopics(folded, tokens));
    const message = rankOf(whole, rankOf(user, rankOf(ts)));
    for (const token of new Set(tokens)) {
      if (!isTerm(token)) continue;
      const rank = rankOf(token, message);
      day.words.add(rank, token);
      this.background.add(rank, token);
    }
  }

  /** Adds what `other` heard: another part of the log, heard by nobody else. */
  absorb(other: Days): void {
    for (const day of other.everyDay()) this.#add(day);
    for (const [user, days] of other.#byUser) this.#daysOf(user).absorb(days);
    this.background.absorb(other.background);
  }

  /** In order. */
  everyDay(): Day[] {
    return [...this.#byDay.values()].sort((a, b) => a.day - b.day);
  }

  /** In code-point order, with the days on which each spoke. */
  users(): [string, DaySet][] {
    return [...this.#byUser].sort(([a], [b]) => compareCodePoints(a, b));
  }

  /** The state as lines of JSON: equal states give equal lines. */
  *kept(): Generator<string> {
    for (const { day, firstSeen, lastSeen, counts, words: said } of this.everyDay()) {
      const held = { counts: counts.entries(), words: said.entries() };
      yield JSON.stringify({ day, firstSeen, lastSeen, ...held });
    }
    for (const [user, days] of this.users()) yield JSON.stringify({ user, days: days.entries() });
    yield JSON.stringify({ background: this.background.entries() });
  }

  /** What {@link kept} gave. Throws when it is no such state. */
  static restored(lines: Iterable<string>, zone: string): Days {
    const days = new Days(zone);
    for (const line of lines) {
      const value = Kept.parse(JSON.parse(line));
      if ('user' in value) days.#daysOf(value.user).absorb(DaySet.of(value.days));
      else if ('day' in value) days.#add(restoredDay(value));
      else days.background.addAll(value.background);
    }
    return days;
  }

  #day(day: number, ts: string): Day {
    const known = this.#byDay.get(day) ?? newDay(day, ts);
    this.#byDay.set(day, known);
    if (ts < known.firstSeen) known.firstSeen = ts;
    if (ts > known.lastSeen) known.lastSeen = ts;
    return known;
  }

  #daysOf(user: string): DaySet {
    const known = this.#byUser.get(user) ?? new DaySet();
    this.#byUser.set(user, known);
    return known;
  }

  #add(other: Day): void {
    this.#day(other.day, other.firstSeen);
    const day = this.#day(other.day, other.lastSeen);
    day.counts.absorb(other.counts);
    day.words.absorb(other.words);
  }
}

function count({ counts }: Day, read: readonly TopicRead[]): void {
  counts.add('messages');
  if (read.length > 0) counts.add('told');
  for (const { topic, subtopics } of read) {
    counts.add(`topic/${topic}`);
    for (const sub of subtopics) counts.add(`sub/${topic}/${sub}`);
  }
}

function newDay(day: number, ts: string): Day {
  return {
    ...{ day, firstSeen: ts, lastSeen: ts },
    counts: new Counts(),
    words: new Occurrences(MOST_WORDS),
  };
}

function restoredDay(kept: z.infer<typeof KeptDay>): Day {
  const day = { ...newDay(kept.day, kept.firstSeen), lastSeen: kept.lastSeen };
  day.counts.addAll(kept.counts);
  day.words.addAll(kept.words);
  return day;
}
