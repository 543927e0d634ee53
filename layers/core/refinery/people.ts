import * as z from 'zod';
import { type LogRecord, Sample } from '#contract/log-record.ts';
import { MINIMUM_MESSAGES } from '#contract/profiles.ts';
import { Sampler } from '../logs/sample.ts';
import { addressed } from './address.ts';
import { Occurrences } from './bottom-k.ts';
import { Counts } from './counts.ts';
import { languageOf } from './languages.ts';
import { compareCodePoints, fold, words } from './text.ts';

/** Partners, phrases and terms of one user that are kept: enough to rank, and bounded. */
const MOST_PARTNERS = 32;
const MOST_PHRASES = 64;
const MOST_TERMS = 128;
/** Terms of everybody that are kept, as the background of each. */
const MOST_BACKGROUND = 16_384;

/** What is counted of one user: all of it adds up, whatever part of the log it comes from. */
export interface Person {
  readonly user: string;
  firstSeen: string;
  lastSeen: string;
  readonly counts: Counts;
  /** Nicks they address, in lower case. */
  readonly partners: Sampler;
  /** Short messages of theirs. */
  readonly phrases: Occurrences;
  /** Words of theirs that hold no sentence together. */
  readonly terms: Occurrences;
}

/** One message, read: by whom, to whom, and its words without the address. */
export interface Heard {
  readonly person: Person;
  readonly nicks: readonly string[];
  /** Lower case with its accents, and folded. */
  readonly lower: string;
  readonly folded: string;
  readonly tokens: readonly string[];
  readonly language: 'es' | 'en' | undefined;
}

const Kept = z.object({
  user: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  counts: z.array(z.tuple([z.string(), z.int()])),
  partners: Sample,
  phrases: z.array(z.tuple([z.int(), z.string()])),
  terms: z.array(z.tuple([z.int(), z.string()])),
});
const KeptBackground = z.object({ background: z.array(z.tuple([z.int(), z.string()])) });

/**
 * Everyone who spoke, one record each: memory grows with people, not with messages. Two halves of a log that were heard apart and
 * absorbed are what the whole log would have been, and so is a state that was kept and restored.
 */
export class People {
  /** Terms of everybody. */
  readonly background = new Occurrences(MOST_BACKGROUND);
  readonly #byUser = new Map<string, Person>();

  /** Counts the message for its sender, and says what it is made of. */
  hear({ ts, user, text: whole }: LogRecord): Heard {
    const person = this.#person(user, ts);
    const { nicks, text } = addressed(whole);
    const folded = fold(text);
    const tokens = words(folded);
    const language = languageOf(tokens);
    person.counts.add('messages');
    if (language) person.counts.add(language);
    return { person, nicks, lower: text.toLowerCase(), folded, tokens, language };
  }

  /** Adds what `other` heard: another part of the log, heard by nobody else. */
  absorb(other: People): void {
    for (const person of other.everyone()) this.#add(person);
    this.background.absorb(other.background);
  }

  /** In code-point order. */
  everyone(): Person[] {
    return [...this.#byUser.values()].sort((a, b) => compareCodePoints(a.user, b.user));
  }

  /** Those with enough messages to be spoken of, in code-point order. */
  known(): Person[] {
    return this.everyone().filter(({ counts }) => counts.get('messages') >= MINIMUM_MESSAGES);
  }

  /** The state as lines of JSON: equal states give equal lines. */
  *kept(): Generator<string> {
    for (const { user, firstSeen, lastSeen, ...held } of this.everyone()) {
      const { counts, partners, phrases, terms } = held;
      yield JSON.stringify({
        user,
        firstSeen,
        lastSeen,
        counts: counts.entries(),
        partners: partners.sample(),
        phrases: phrases.entries(),
        terms: terms.entries(),
      });
    }
    yield JSON.stringify({ background: this.background.entries() });
  }

  /** What {@link kept} gave. Throws when it is no such state. */
  static restored(lines: Iterable<string>): People {
    const people = new People();
    for (const line of lines) {
      const value = z.union([Kept, KeptBackground]).parse(JSON.parse(line));
      if ('user' in value) people.#add(restoredPerson(value));
      else people.background.addAll(value.background);
    }
    return people;
  }

  #person(user: string, ts: string): Person {
    const known = this.#byUser.get(user) ?? newPerson(user, ts);
    this.#byUser.set(user, known);
    if (ts < known.firstSeen) known.firstSeen = ts;
    if (ts > known.lastSeen) known.lastSeen = ts;
    return known;
  }

  #add(other: Person): void {
    this.#person(other.user, other.firstSeen);
    const person = this.#person(other.user, other.lastSeen);
    person.counts.absorb(other.counts);
    person.partners.addAll(other.partners.sample());
    person.phrases.absorb(other.phrases);
    person.terms.absorb(other.terms);
  }
}

function newPerson(user: string, ts: string): Person {
  return {
    user,
    firstSeen: ts,
    lastSeen: ts,
    counts: new Counts(),
    partners: new Sampler(MOST_PARTNERS),
    phrases: new Occurrences(MOST_PHRASES),
    terms: new Occurrences(MOST_TERMS),
  };
}

function restoredPerson(kept: z.infer<typeof Kept>): Person {
  const person = { ...newPerson(kept.user, kept.firstSeen), lastSeen: kept.lastSeen };
  person.counts.addAll(kept.counts);
  person.partners.addAll(kept.partners);
  person.phrases.addAll(kept.phrases);
  person.terms.addAll(kept.terms);
  return person;
}
