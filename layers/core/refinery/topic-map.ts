import { Topic, type TopicMap } from '#contract/profiles.ts';
import { dayName } from '../logs/time.ts';
import type { Occurrences } from './bottom-k.ts';
import { Counts } from './counts.ts';
import type { DaySet } from './day-set.ts';
import { type Background, backgroundOf, foundTerms } from './found-terms.ts';
import { share, top } from './measure.ts';
import type { Page } from './state.ts';
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

/** What was heard: the days in order, when each user spoke, and a sample of all words. */
interface Chronicle {
  readonly days: readonly Day[];
  readonly users: readonly { readonly user: string; readonly days: DaySet }[];
  readonly words: Occurrences;
  readonly zone: string;
}

/** One record for each day, and then one for all of them. Nothing of nothing. */
export function* topicMapOf({ days, users, words, zone }: Chronicle): Generator<TopicMap> {
  const speakers = speakersByDay(users);
  const background = backgroundOf(words);
  const nicks = new Set(users.map(({ user }) => fold(user)));
  const whole = { counts: new Counts(), found: new Map<string, number>() };
  for (const day of days) {
    const found = foundOn(day, background, nicks);
    whole.counts.addAll(day.counts.entries());
    for (const [term, count] of found) whole.found.set(term, (whole.found.get(term) ?? 0) + count);
    const period = dayName(day.day);
    yield record({ ...day, period, zone, users: speakers.get(day.day) ?? 0, found });
  }
  if (days.length > 0)
    yield record({ ...spanOf(days), ...whole, period: 'overall', zone, users: users.length });
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

function speakersByDay(users: Chronicle['users']): ReadonlyMap<number, number> {
  const speakers = new Map<number, number>();
  for (const { days } of users)
    for (const day of days.days()) speakers.set(day, (speakers.get(day) ?? 0) + 1);
  return speakers;
}

function spanOf(days: readonly Day[]): { readonly firstSeen: string; readonly lastSeen: string } {
  const first = days.map(({ firstSeen }) => firstSeen);
  const last = days.map(({ lastSeen }) => lastSeen);
  return {
    firstSeen: first.reduce((a, b) => (a < b ? a : b)),
    lastSeen: last.reduce((a, b) => (a > b ? a : b)),
  };
}
