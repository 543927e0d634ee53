import type { LogRecord } from '#contract/log-record.ts';
import type { TopicMap } from '#contract/profiles.ts';
import { DAY_SECONDS, dayName, dayOfName, wallClockOf } from '../logs/time.ts';
import { Occurrences, rankOf } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { DaySet } from './day-set.ts';
import { termsUpTo } from './found-terms.ts';
import { read } from './read.ts';
import { Book, type Page, State } from './state.ts';
import { Chronicle, type Day, type User } from './topic-map.ts';
import { readTopics, type TopicRead } from './topic-map-reading.ts';
import type { Whole } from './whole.ts';

/** Words of one day that are kept, and of all days, as their background. */
const MOST_WORDS = 512;
const MOST_BACKGROUND = 16_384;
const isTerm = termsUpTo(20);

/** What is counted of all days. */
interface AllDays extends Page {
  readonly words: Occurrences;
}

/** Product topic_map: what is spoken of on each day and in all. Memory grows with days and users. */
export class Days extends State<TopicMap> {
  readonly #all = new Book('all', newAll, ({ words }) => [words]);
  readonly #users = new Book('user', newUser, ({ days }) => [days]);
  readonly #days = new Book('day', newDay, ({ counts, words }) => [counts, words]);
  protected readonly books = [this.#all, this.#users, this.#days];
  readonly #zone: string;
  readonly #wallClock: (instant: number) => number;
  #today = { number: Number.NaN, name: '' };

  /** `zone` is an IANA name; throws RangeError for one that does not exist. */
  constructor(zone: string) {
    super();
    this.#zone = zone;
    this.#wallClock = wallClockOf(zone);
  }

  hear({ ts, user, text }: LogRecord): void {
    const number = Math.floor(this.#wallClock(Date.parse(ts) / 1000) / DAY_SECONDS);
    const day = this.#day(number, ts);
    this.#users.at(user, ts).days.add(number);
    const { folded, tokens } = read(text);
    count(day, readTopics(folded, tokens));
    const message = rankOf(text, rankOf(user, rankOf(ts)));
    const all = this.#all.at('', ts);
    for (const token of new Set(tokens)) {
      if (!isTerm(token)) continue;
      const rank = rankOf(token, message);
      day.words.add(rank, token);
      all.words.add(rank, token);
    }
  }

  /** Messages come day by day: names are made as seldom. */
  #day(number: number, ts: string): Day {
    if (number !== this.#today.number) this.#today = { number, name: dayName(number) };
    return this.#days.at(this.#today.name, ts);
  }

  /** One record for each day that has messages, in order, and then one for all of them. Nothing of nothing. */
  protected async *tell(whole: Whole): AsyncGenerator<TopicMap> {
    const [all] = await Array.fromAsync(this.#all.pagesIn(whole));
    const chronicle = new Chronicle(all?.words ?? new Occurrences(0), this.#zone);
    for await (const user of this.#users.pagesIn(whole)) chronicle.meet(user);
    for await (const day of this.#days.pagesIn(whole)) yield chronicle.day(day);
    yield* chronicle.overall();
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

function newDay(name: string, ts: string): Day {
  return {
    ...{ day: dayOfName(name), firstSeen: ts, lastSeen: ts },
    counts: new Counts(),
    words: new Occurrences(MOST_WORDS),
  };
}

function newUser(user: string, ts: string): User {
  return { user, firstSeen: ts, lastSeen: ts, days: new DaySet() };
}

function newAll(_key: string, ts: string): AllDays {
  return { firstSeen: ts, lastSeen: ts, words: new Occurrences(MOST_BACKGROUND) };
}
