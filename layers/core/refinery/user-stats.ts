import type { LogRecord } from '#contract/log-record.ts';
import { MINIMUM_MESSAGES, Topic, type UserStats } from '#contract/profiles.ts';
import { exchangesAmong } from './exchanges.ts';
import { round, share, top, wilson } from './measure.ts';
import { compareCodePoints } from './text.ts';
import { type Member, Members } from './user-stats-state.ts';
import type { WordSample } from './user-stats-words.ts';

const TOP_TOPICS = 5;
const STRONGEST = 5;
const HOURS = 24;
/** Fewest words out of which richness says anything. */
const FEWEST_WORDS = 20;

/** Product user_stats: how much, when, of what and with whom each user speaks. One pass; memory grows with users. */
export async function* userStats(
  messages: AsyncIterable<LogRecord>,
  zone: string,
): AsyncGenerator<UserStats> {
  const members = new Members(zone);
  for await (const record of messages) members.hear(record);
  yield* userStatsOf(members, zone);
}

/** The statistics of everyone who was heard often enough, ranked among them. */
export function userStatsOf(members: Members, zone: string): UserStats[] {
  const known = members
    .everyone()
    .filter(({ counts }) => counts.get('messages') >= MINIMUM_MESSAGES);
  const bonds = bondsAmong(known);
  const measured = known.map((member, at) => measure(member, bonds[at] ?? new Map()));
  const byRank = [...measured].sort(
    (a, b) =>
      b.engagement - a.engagement || b.messages - a.messages || compareCodePoints(a.user, b.user),
  );
  const ranks = new Map(byRank.map(({ user }, at) => [user, at + 1]));
  return measured.map(({ engagement, ...stats }) => {
    const { v, user, messages, firstSeen, lastSeen, hours, ...rest } = stats;
    const about = { v, user, messages, firstSeen, lastSeen };
    return {
      ...about,
      ...{ rank: ranks.get(user) ?? 0, engagement },
      ...rest,
      hours: { zone, counts: hours },
    };
  });
}

interface Bond {
  readonly user: string;
  to: number;
  from: number;
}

/** For each, whom they address and who addresses them. */
function bondsAmong(known: readonly Member[]): readonly ReadonlyMap<number, Bond>[] {
  const bonds = known.map(() => new Map<number, Bond>());
  const bond = (one: number, other: number): Bond => {
    const found = bonds[one]?.get(other) ?? { user: known[other]?.user ?? '', to: 0, from: 0 };
    bonds[one]?.set(other, found);
    return found;
  };
  for (const { from, to, count } of exchangesAmong(known)) {
    bond(from, to).to += count;
    bond(to, from).from += count;
  }
  return bonds;
}

function measure(member: Member, bonds: ReadonlyMap<number, Bond>) {
  const { user, firstSeen, lastSeen, counts } = member;
  const messages = counts.get('messages');
  const days = member.days.days().length;
  const length = counts.get('characters') / messages;
  const partners = [...bonds.values()];
  const addresses = partners.reduce((sum, { to }) => sum + to, 0);
  const addressedBy = partners.reduce((sum, { from }) => sum + from, 0);
  return {
    v: 1 as const,
    ...{ user, messages, firstSeen, lastSeen },
    engagement: engagement({ messages, days, length, interactions: addresses + addressedBy }),
    activeDays: days,
    averageLength: round(length),
    vocabulary: vocabulary(counts.get('words'), member.words),
    hours: Array.from({ length: HOURS }, (_, hour) => counts.get(`hour/${hour}`)),
    topics: topicsOf(member),
    interactions: {
      ...{ addresses, addressed: addressedBy, partners: partners.length },
      strongest: partners
        .sort((a, b) => b.to + b.from - a.to - a.from || compareCodePoints(a.user, b.user))
        .slice(0, STRONGEST),
    },
    confidence: round(wilson(messages, messages).low),
  };
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

function topicsOf({ counts }: Member): UserStats['topics'] {
  const messages = counts.get('messages');
  const named = new Map(Topic.options.map((topic) => [topic, counts.get(`topic/${topic}`)]));
  return top(named, TOP_TOPICS).flatMap(({ term, count }) =>
    count === 0
      ? []
      : [{ topic: Topic.parse(term), messages: count, share: share(count, messages) }],
  );
}
