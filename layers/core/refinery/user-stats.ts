import { Topic, type UserStats } from '#contract/profiles.ts';
import type { Counts } from './counts.ts';
import type { DaySet } from './day-set.ts';
import type { Exchange, Exchanges, Partners } from './exchanges.ts';
import { round, share, top, wilson } from './measure.ts';
import type { Page } from './state.ts';
import { compareCodePoints } from './text.ts';
import type { WordSample } from './user-stats-words.ts';

const TOP_TOPICS = 5;
const STRONGEST = 5;
const HOURS = 24;
/** Fewest words out of which richness says anything. */
const FEWEST_WORDS = 20;

/** What is counted of one user: all of it adds up, whatever part of the log it comes from. */
export interface Member extends Page {
  readonly user: string;
  /** `messages`, `characters`, `words`, `hour/<0-23>`, `topic/<name>`. */
  readonly counts: Counts;
  /** Nicks they address, in lower case. */
  readonly partners: Partners;
  /** Words as they were said, function words too. */
  readonly words: WordSample;
  /** Days on which they spoke, in the zone's calendar. */
  readonly days: DaySet;
}

/** What is left to know of one member once the others have been heard: little, for it is kept of everybody. */
export interface Known extends Pick<Member, 'user' | 'firstSeen' | 'lastSeen' | 'counts'> {
  readonly activeDays: number;
  readonly vocabulary: UserStats['vocabulary'];
}

export function knownOf({ user, firstSeen, lastSeen, counts, days, words }: Member): Known {
  return {
    ...{ user, firstSeen, lastSeen, counts },
    activeDays: days.days().length,
    vocabulary: vocabulary(counts.get('words'), words),
  };
}

/** Who is described, against whom: those who were heard often enough, in code-point order, and exchanges among them. */
interface Room {
  readonly known: readonly Known[];
  readonly exchanges: Exchanges;
}

/** The statistics of those who were heard often enough, ranked among them. */
export function* userStatsOf(room: Room, zone: string): Generator<UserStats> {
  const { known } = room;
  const engagements = known.map((member, at) => engagementOf(member, { room, at }));
  const ranks = ranksOf(known, engagements);
  for (const [at, member] of known.entries()) {
    const { v, user, messages, firstSeen, lastSeen, hours, ...rest } = measure(member, {
      room,
      at,
    });
    yield {
      ...{ v, user, messages, firstSeen, lastSeen },
      ...{ rank: ranks[at] ?? 0, engagement: engagements[at] ?? 0 },
      ...rest,
      hours: { zone, counts: hours },
    };
  }
}

/** One member's place in the room. */
interface Seat {
  readonly room: Room;
  readonly at: number;
}

/** By engagement, then by messages: from 1, in the order of `known`. */
function ranksOf(known: readonly Known[], engagements: readonly number[]): Int32Array {
  const said = known.map(({ counts }) => counts.get('messages'));
  const of = (values: readonly number[], at: number) => values[at] ?? 0;
  const order = [...known.keys()].sort(
    // equal ones stay in code-point order: the sort is stable
    (a, b) => of(engagements, b) - of(engagements, a) || of(said, b) - of(said, a),
  );
  const ranks = new Int32Array(known.length);
  order.forEach((at, place) => {
    ranks[at] = place + 1;
  });
  return ranks;
}

function engagementOf({ counts, activeDays }: Known, { room: { exchanges }, at }: Seat): number {
  const messages = counts.get('messages');
  return engagement({
    messages,
    days: activeDays,
    length: counts.get('characters') / messages,
    interactions: sum(exchanges.from(at)) + sum(exchanges.to(at)),
  });
}

function measure(member: Known, seat: Seat) {
  const { user, firstSeen, lastSeen, counts, activeDays, vocabulary } = member;
  const messages = counts.get('messages');
  return {
    v: 1 as const,
    ...{ user, messages, firstSeen, lastSeen },
    activeDays,
    averageLength: round(counts.get('characters') / messages),
    vocabulary,
    hours: Array.from({ length: HOURS }, (_, hour) => counts.get(`hour/${hour}`)),
    topics: topicsOf(member),
    interactions: interactionsOf(seat),
    confidence: round(wilson(messages, messages).low),
  };
}

/** Whom they address and who addresses them. */
function interactionsOf({ room: { known, exchanges }, at }: Seat): UserStats['interactions'] {
  const [to, from] = [exchanges.from(at), exchanges.to(at)];
  const bonds = new Map<number, { user: string; to: number; from: number }>();
  const bond = (other: number) => {
    const found = bonds.get(other) ?? { user: known[other]?.user ?? '', to: 0, from: 0 };
    bonds.set(other, found);
    return found;
  };
  for (const one of to) bond(one.with).to += one.count;
  for (const one of from) bond(one.with).from += one.count;
  const partners = [...bonds.values()];
  return {
    ...{ addresses: sum(to), addressed: sum(from), partners: partners.length },
    strongest: partners
      .sort((a, b) => b.to + b.from - a.to - a.from || compareCodePoints(a.user, b.user))
      .slice(0, STRONGEST),
  };
}

function sum(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((total, { count }) => total + count, 0);
}

interface Engaged {
  readonly messages: number;
  readonly days: number;
  readonly length: number;
  readonly interactions: number;
}

/** 0 to 10: the reference system's weights and points of saturation (100 messages, 6 days, 500 characters, 50 interactions). */
function engagement({ messages, days, length, interactions }: Engaged): number {
  return round(
    0.4 * Math.min(messages / 10, 10) +
      0.3 * Math.min((days * 10) / 6, 10) +
      0.15 * Math.min(length / 50, 10) +
      0.15 * Math.min(interactions / 5, 10),
  );
}

/**
 * Yule's K (1944), 10^4 (sum f^2 - n) / n^2. The chance that two words of the sample are one is an unbiased estimate of the chance among
 * all words (Simpson's index), and exact while the sample holds them all. A sample of the vocabulary would be worse: K rests on the few
 * most frequent words, and those are in it or not.
 */
function vocabulary(said: number, sample: WordSample): UserStats['vocabulary'] {
  const counts = sample.counts();
  const sampled = counts.reduce((sum, count) => sum + count, 0);
  if (sampled < FEWEST_WORDS) return { words: said, sampled };
  const pairs = counts.reduce((sum, count) => sum + count * (count - 1), 0);
  const same = pairs / (sampled * (sampled - 1));
  return { words: said, sampled, richness: round((10_000 * same * (said - 1)) / said) };
}

function topicsOf({ counts }: Known): UserStats['topics'] {
  const messages = counts.get('messages');
  const named = new Map(Topic.options.map((topic) => [topic, counts.get(`topic/${topic}`)]));
  return top(named, TOP_TOPICS).flatMap(({ term, count }) =>
    count === 0
      ? []
      : [{ topic: Topic.parse(term), messages: count, share: share(count, messages) }],
  );
}
