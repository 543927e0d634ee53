import { Topic, type TopicMap } from '#contract/profiles.ts';
import { dayName } from '../logs/time.ts';
import type { Occurrences } from './bottom-k.ts';
import { Counts } from './counts.ts';
import type { DaySet } from './day-set.ts';
import { type Background, backgroundOf, foundTerms } from './found-terms.ts';
import { share, top } from './measure.ts';
import { type Page, seen } from './state.ts';
import { compareCodePoints, fold } from './text.ts';

const TOP_SUBTOPICS = 5;
const TOP_FOUND = 10;
/** Fewest times that a found term is in the sample of its day. */
const FEWEST_FOUND = 4;

/** What is counted of one day. */
export interface Day extends Page {
  /** Days since 1970 in the zone's calendar. */
  readonly day: number;
  /** `messages`, `told` (those with a topic), `topic/<name>`, `sub/<topic>/<sub-topic>`. */
  readonly counts: Counts;
  /** Words that mean something, each once a message. */
  readonly words: Occurrences;
}

/** Who spoke, and on which days. */
export interface User extends Page {
  readonly user: string;
  readonly days: DaySet;
}

/** Tells of days in their order, once everybody who spoke was met, and then of all of them. */
export class Chronicle {
  readonly #background: Background;
  readonly #zone: string;
  readonly #nicks = new Set<string>();
  readonly #speakers = new Map<number, number>();
  readonly #counts = new Counts();
  readonly #found = new Map<string, number>();
  #users = 0;
  #span: Page | undefined;

  /** `words` are a sample of everybody's. */
  constructor(words: Occurrences, zone: string) {
    this.#background = backgroundOf(words);
    this.#zone = zone;
  }

  meet({ user, days }: User): void {
    this.#users += 1;
    this.#nicks.add(fold(user));
    for (const day of days.days()) this.#speakers.set(day, (this.#speakers.get(day) ?? 0) + 1);
  }

  day(day: Day): TopicMap {
    const { firstSeen, lastSeen, counts } = day;
    const found = foundOn(day, this.#background, this.#nicks);
    this.#counts.addAll(counts.entries());
    for (const [term, count] of found) this.#found.set(term, (this.#found.get(term) ?? 0) + count);
    this.#span ??= { firstSeen, lastSeen };
    seen(this.#span, firstSeen);
    seen(this.#span, lastSeen);
    const users = this.#speakers.get(day.day) ?? 0;
    return record({ ...day, period: dayName(day.day), zone: this.#zone, users, found });
  }

  /** Nothing of nothing. */
  *overall(): Generator<TopicMap> {
    if (this.#span === undefined) return;
    const about = { period: 'overall', zone: this.#zone, users: this.#users };
    yield record({ ...this.#span, ...about, counts: this.#counts, found: this.#found });
  }
}

/**
 * The terms that the day says too often for chance, by how much more often than expected. Names are left out: whom people speak to is
 * no topic.
 */
function foundOn(
  { words }: Day,
  background: Background,
  nicks: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const perWord = words.size / Math.max(1, background.size);
  const excess = (term: string, count: number) =>
    count - (background.counts.get(term) ?? 0) * perWord;
  return new Map(
    [...foundTerms(words, background)]
      .filter(([term, count]) => count >= FEWEST_FOUND && !nicks.has(term))
      .sort(([a, n], [b, m]) => excess(b, m) - excess(a, n) || compareCodePoints(a, b))
      .slice(0, TOP_FOUND),
  );
}

interface Period {
  readonly period: string;
  readonly zone: string;
  readonly users: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly counts: Counts;
  readonly found: ReadonlyMap<string, number>;
}

function record({ counts, found, ...about }: Period): TopicMap {
  const { period, zone, users, firstSeen, lastSeen } = about;
  const messages = counts.get('messages');
  const named = new Map(Topic.options.map((topic) => [topic, counts.get(`topic/${topic}`)]));
  return {
    v: 1,
    ...{ period, zone, messages, users, firstSeen, lastSeen },
    topics: top(named, Topic.options.length).flatMap(({ term, count }) => {
      const topic = Topic.parse(term);
      const subtopics = top(counts.under(`sub/${topic}`), TOP_SUBTOPICS);
      return count === 0
        ? []
        : [{ topic, messages: count, share: share(count, messages), subtopics }];
    }),
    other: messages - counts.get('told'),
    found: top(found, TOP_FOUND),
  };
}
