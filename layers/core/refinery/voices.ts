import type { LogRecord } from '#contract/log-record.ts';
import { MINIMUM_MESSAGES, type VoiceProfile } from '#contract/profiles.ts';
import { Occurrences, rankOf } from './bottom-k.ts';
import { Exchanges } from './exchanges.ts';
import { backgroundOf, termsUpTo } from './found-terms.ts';
import { languageOf } from './languages.ts';
import { newPerson, type Person } from './people.ts';
import { type Read, read } from './read.ts';
import { Book, type Page, State } from './state.ts';
import { readVoice } from './voice-reading.ts';
import { type Heard, heardOf, voiceProfilesOf } from './voice-traits.ts';
import type { Whole } from './whole.ts';

/** Terms of everybody that are kept, as the background of each. */
const MOST_BACKGROUND = 16_384;

const MOST_COUNTED_LENGTH = 4000;
/** Shortest and longest text that can be a signature phrase, in characters, and the longest that is looked at. */
const SHORTEST_PHRASE = 6;
const LONGEST_PHRASE = 29;
const LONGEST_INPUT = 64;
const SPACES = /\s+/g;
const isTerm = termsUpTo(12);

/** What is counted of all together. */
interface Everybody extends Page {
  readonly terms: Occurrences;
}

/** Product voice_profiles: how each user speaks. */
export class Voices extends State<VoiceProfile> {
  readonly #everybody = new Book('everybody', newEverybody, ({ terms }) => [terms]);
  readonly #people = new Book('person', newPerson, ({ counts, partners, phrases, terms }) => [
    ...[counts, partners, phrases, terms],
  ]);
  protected readonly books = [this.#everybody, this.#people];

  hear(record: LogRecord): void {
    const person = this.#people.at(record.user, record.ts);
    const message = read(record.text);
    const { folded, tokens, nicks } = message;
    const language = languageOf(tokens);
    const { counts } = person;
    counts.add('messages');
    if (language) counts.add(language);
    const { labels, terms, greeting } = readVoice({ ...message, language });
    counts.add('characters', Math.min(folded.length, MOST_COUNTED_LENGTH));
    for (const label of labels) counts.add(label);
    for (const term of terms) counts.add(term);
    if (greeting !== undefined) counts.add(`greeting/${greeting}`);
    person.partners.hear(nicks);
    this.#sample(person, record, message);
  }

  /** The profiles of everyone who was heard often enough, in code-point order. */
  protected async *tell(whole: Whole): AsyncGenerator<VoiceProfile> {
    const [everybody] = await Array.fromAsync(this.#everybody.pagesIn(whole));
    const background = backgroundOf(everybody?.terms ?? new Occurrences(0));
    const exchanges = new Exchanges();
    const known: Heard[] = [];
    for await (const person of this.#people.pagesIn(whole)) {
      exchanges.add(person);
      if (person.counts.get('messages') >= MINIMUM_MESSAGES)
        known.push(heardOf(person, background));
    }
    yield* voiceProfilesOf(known, exchanges);
  }

  /** The rank of an occurrence follows from what was said, by whom and when: the same message again is the same occurrence. */
  #sample(person: Person, { ts, user, text }: LogRecord, { folded, tokens }: Read): void {
    const everybody = this.#everybody.at('', ts);
    const rank = rankOf(text, rankOf(user, rankOf(ts)));
    const phrase = phraseOf(folded);
    if (phrase !== undefined) person.phrases.add(rank, phrase);
    for (const token of new Set(tokens)) {
      if (!isTerm(token)) continue;
      const place = rankOf(token, rank);
      person.terms.add(place, token);
      everybody.terms.add(place, token);
    }
  }
}

function newEverybody(_key: string, ts: string): Everybody {
  return { firstSeen: ts, lastSeen: ts, terms: new Occurrences(MOST_BACKGROUND) };
}

/** A short remark of several words; undefined for everything else. */
function phraseOf(folded: string): string | undefined {
  if (folded.length > LONGEST_INPUT) return undefined;
  const phrase = folded.trim().replaceAll(SPACES, ' ');
  const isPhrase = phrase.length >= SHORTEST_PHRASE && phrase.length <= LONGEST_PHRASE;
  return isPhrase && phrase.includes(' ') ? phrase : undefined;
}
