import type { LogRecord } from '#contract/log-record.ts';
import { MINIMUM_MESSAGES, Topic, type UserStats } from '#contract/profiles.ts';
import { DAY_SECONDS, wallClockOf } from '../logs/time.ts';
import { rankOf } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { DaySet } from './day-set.ts';
import { Exchanges, Partners } from './exchanges.ts';
import { read } from './read.ts';
import { Book, State } from './state.ts';
import { BREAK } from './text.ts';
import { readTopics } from './topic-map-reading.ts';
import { type Known, knownOf, type Member, userStatsOf } from './user-stats.ts';
import { WordSample } from './user-stats-words.ts';
import type { Whole } from './whole.ts';

/** Partners of one user that are kept. */
const MOST_PARTNERS = 128;
/** Keys of counts, made once: everybody has them. */
const HOUR_KEYS = Array.from({ length: 24 }, (_, hour) => `hour/${hour}`);
const TOPIC_KEYS = new Map(Topic.options.map((topic) => [topic, `topic/${topic}`]));
const PAIRS = /[\ud800-\udbff](?=[\udc00-\udfff])/g;

/** Product user_stats: how much, when, of what and with whom each user speaks. Memory grows with people, and with the months in which they spoke. */
export class Members extends State<UserStats> {
  readonly #members = new Book('member', newMember, ({ counts, partners, words, days }) => [
    ...[counts, partners, words, days],
  ]);
  protected readonly books = [this.#members];
  readonly #zone: string;
  readonly #wallClock: (instant: number) => number;

  /** `zone` is an IANA name; throws RangeError for one that does not exist. */
  constructor(zone: string) {
    super();
    this.#zone = zone;
    this.#wallClock = wallClockOf(zone);
  }

  hear({ ts, user, text: whole }: LogRecord): void {
    const member = this.#members.at(user, ts);
    const { counts } = member;
    const wall = this.#wallClock(Date.parse(ts) / 1000);
    const day = Math.floor(wall / DAY_SECONDS);
    const { nicks, folded, tokens } = read(whole);
    counts.add('messages');
    counts.add('characters', charactersOf(whole));
    counts.add(HOUR_KEYS[Math.floor((wall - day * DAY_SECONDS) / 3600)] ?? '');
    member.days.add(day);
    member.partners.hear(nicks);
    for (const { topic } of readTopics(folded, tokens)) counts.add(TOPIC_KEYS.get(topic) ?? '');
    sample(member, tokens, rankOf(whole, rankOf(user, rankOf(ts))));
  }

  /** The statistics of everyone who was heard often enough, in code-point order. */
  protected async *tell(whole: Whole): AsyncGenerator<UserStats> {
    const exchanges = new Exchanges();
    const known: Known[] = [];
    for await (const member of this.#members.pagesIn(whole)) {
      if (member.counts.get('messages') < MINIMUM_MESSAGES) continue;
      exchanges.add(member);
      known.push(knownOf(member));
    }
    yield* userStatsOf({ known, exchanges }, this.#zone);
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
    ...{ user, firstSeen: ts, lastSeen: ts },
    counts: new Counts(),
    partners: new Partners(MOST_PARTNERS),
    words: new WordSample(),
    days: new DaySet(),
  };
}
