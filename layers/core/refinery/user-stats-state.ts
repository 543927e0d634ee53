import * as z from 'zod';
import { type LogRecord, Sample } from '#contract/log-record.ts';
import { Sampler } from '../logs/sample.ts';
import { DAY_SECONDS, wallClockOf } from '../logs/time.ts';
import { addressed } from './address.ts';
import { Occurrences, rankOf } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { DaySet } from './day-set.ts';
import { BREAK, compareCodePoints, fold, words } from './text.ts';
import { readTopics } from './topic-map-reading.ts';

/** Partners of one user that are kept, and words of theirs out of which richness is estimated. */
const MOST_PARTNERS = 128;
const MOST_WORDS = 256;
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
  readonly words: Occurrences;
  /** Days on which they spoke, in the zone's calendar. */
  readonly days: DaySet;
}

const Kept = z.object({
  user: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  counts: z.array(z.tuple([z.string(), z.int()])),
  partners: Sample,
  words: z.array(z.tuple([z.int(), z.string()])),
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
    counts.add(`hour/${Math.floor((wall - day * DAY_SECONDS) / 3600)}`);
    member.days.add(day);
    for (const nick of nicks) member.partners.add(nick);
    for (const { topic } of readTopics(folded, tokens)) counts.add(`topic/${topic}`);
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
    said.add(rankOf(token, message + at), token);
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
    words: new Occurrences(MOST_WORDS),
    days: new DaySet(),
  };
}

function restoredMember(kept: z.infer<typeof Kept>): Member {
  const { user, firstSeen, lastSeen } = kept;
  const member = { ...newMember(user, firstSeen), lastSeen, days: DaySet.of(kept.days) };
  for (const [key, count] of kept.counts) member.counts.add(key, count);
  member.partners.addAll(kept.partners);
  for (const [rank, word] of kept.words) member.words.add(rank, word);
  return member;
}
