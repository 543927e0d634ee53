import * as z from 'zod';
import { type LogRecord, Sample } from '#contract/log-record.ts';
import { Topic } from '#contract/profiles.ts';
import { Sampler } from '../logs/sample.ts';
import { DAY_SECONDS, wallClockOf } from '../logs/time.ts';
import { addressed } from './address.ts';
import { rankOf } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { DaySet } from './day-set.ts';
import { BREAK, compareCodePoints, fold, words } from './text.ts';
import { readTopics } from './topic-map-reading.ts';
import { WordSample } from './user-stats-words.ts';

/** Partners of one user that are kept. */
const MOST_PARTNERS = 128;
/** Keys of counts, made once: everybody has them. */
const HOUR_KEYS = Array.from({ length: 24 }, (_, hour) => `hour/${hour}`);
const TOPIC_KEYS = new Map(Topic.options.map((topic) => [topic, `topic/${topic}`]));
const PAIRS = /[\ud800-\udbff](?=[\udc00-\udfff])/g;

/** What is counted of one user: all of it adds up, whatever part of the log it comes from. */
export interface Member {
  readonly user: string;
  firstSeen: string;
  lastSeen: string;
  /** `messages`, `characters`, `words`, `hour/<0-23>`, `topic/<name>`. */
  readonly counts: Counts;
  /** Nicks they address, in lower case. */
  readonly partners: Sampler;
  /** Words as they were said, function words too. */
  readonly words: WordSample;
  /** Days on which they spoke, in the zone's calendar. */
  readonly days: DaySet;
}

const Kept = z.object({
  user: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  counts: z.array(z.tuple([z.string(), z.int()])),
  partners: Sample,
  words: z.array(z.int()),
  days: z.array(z.tuple([z.int(), z.int()])),
});

/** Everyone's engagement: memory grows with people, and with the months in which they spoke. Parts of a log add up to the whole. */
export class Members {
  readonly #byUser = new Map<string, Member>();
  readonly #wallClock: (instant: number) => number;

  /** `zone` is an IANA name; throws RangeError for one that does not exist. */
  constructor(zone: string) {
    this.#wallClock = wallClockOf(zone);
  }

  hear({ ts, user, text: whole }: LogRecord): void {
    const member = this.#member(user, ts);
    const { counts } = member;
    const wall = this.#wallClock(Date.parse(ts) / 1000);
    const day = Math.floor(wall / DAY_SECONDS);
    const { nicks, text } = addressed(whole);
    const folded = fold(text);
    const tokens = words(folded);
    counts.add('messages');
    counts.add('characters', charactersOf(whole));
    counts.add(HOUR_KEYS[Math.floor((wall - day * DAY_SECONDS) / 3600)] ?? '');
    member.days.add(day);
    for (const nick of nicks) member.partners.add(nick);
    for (const { topic } of readTopics(folded, tokens)) counts.add(TOPIC_KEYS.get(topic) ?? '');
    sample(member, tokens, rankOf(whole, rankOf(user, rankOf(ts))));
  }

  /** Adds what `other` heard: another part of the log, heard by nobody else. */
  absorb(other: Members): void {
    for (const member of other.everyone()) this.#add(member);
  }

  /** In code-point order. */
  everyone(): Member[] {
    return [...this.#byUser.values()].sort((a, b) => compareCodePoints(a.user, b.user));
  }

  /** The state as lines of JSON: equal states give equal lines. */
  *kept(): Generator<string> {
    for (const { counts, partners, words: said, days, ...about } of this.everyone()) {
      const { user, firstSeen, lastSeen } = about;
      yield JSON.stringify({
        ...{ user, firstSeen, lastSeen, counts: counts.entries(), partners: partners.sample() },
        ...{ words: said.entries(), days: days.entries() },
      });
    }
  }

  /** What {@link kept} gave. Throws when it is no such state. */
  static restored(lines: Iterable<string>, zone: string): Members {
    const members = new Members(zone);
    for (const line of lines) members.#add(restoredMember(Kept.parse(JSON.parse(line))));
    return members;
  }

  #member(user: string, ts: string): Member {
    const known = this.#byUser.get(user) ?? newMember(user, ts);
    this.#byUser.set(user, known);
    if (ts < known.firstSeen) known.firstSeen = ts;
    if (ts > known.lastSeen) known.lastSeen = ts;
    return known;
  }

  #add(other: Member): void {
    this.#member(other.user, other.firstSeen);
    const member = this.#member(other.user, other.lastSeen);
    member.counts.absorb(other.counts);
    member.partners.addAll(other.partners.sample());
    member.words.absorb(other.words);
    member.days.absorb(other.days);
  }
}

/** The rank of a word follows from the message and its place there: the same message again is the same words. */
function sample({ counts, words: said }: Member, tokens: readonly string[], message: number): void {
  tokens.forEach((token, at) => {
    if (token === BREAK) return;
    counts.add('words');
    said.hear(token, message + at);
  });
}

/** Code points: an emoji is one. */
function charactersOf(text: string): number {
  return text.length - (text.match(PAIRS)?.length ?? 0);
}

function newMember(user: string, ts: string): Member {
  return {
    user,
    firstSeen: ts,
    lastSeen: ts,
    counts: new Counts(),
    partners: new Sampler(MOST_PARTNERS),
    words: new WordSample(),
    days: new DaySet(),
  };
}

function restoredMember(kept: z.infer<typeof Kept>): Member {
  const { user, firstSeen, lastSeen } = kept;
  const member = { ...newMember(user, firstSeen), lastSeen, days: DaySet.of(kept.days) };
  member.counts.addAll(kept.counts);
  member.partners.addAll(kept.partners);
  for (const entry of kept.words) member.words.add(entry);
  return member;
}
