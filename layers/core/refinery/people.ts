import type { LogRecord } from '#contract/log-record.ts';
import { MINIMUM_MESSAGES } from '#contract/profiles.ts';
import { languageOf } from './languages.ts';
import { compareCodePoints, fold, words } from './text.ts';

/** What is counted of everyone. */
export interface Person {
  readonly user: string;
  messages: number;
  firstSeen: string;
  lastSeen: string;
  spanish: number;
  english: number;
}

/** One message, read: by whom, to whom, and its words without the address. */
export interface Heard<P extends Person> {
  readonly person: P;
  readonly addressee: P | undefined;
  readonly folded: string;
  readonly tokens: readonly string[];
  readonly language: 'es' | 'en' | undefined;
}

/** `nick: text`, `nick, text` or `@nick text`. Unmarked nicks are not believed: many are plain words ("python is slow"). */
const ADDRESS = /^\s*(?:@([^\s:,;]{1,64})[:,;]*|([^\s:,;]{1,64})[:,;]+)(?:\s|$)/;

/** Everyone who spoke, one record each: memory grows with people, not with messages. */
export class People<P extends Person> {
  readonly #make: (person: Person) => P;
  readonly #byUser = new Map<string, P>();
  readonly #byNick = new Map<string, P>();

  constructor(make: (person: Person) => P) {
    this.#make = make;
  }

  /** Counts the message for its sender, and says what it is made of. */
  hear(record: LogRecord): Heard<P> {
    const person = this.#person(record);
    const { addressee, text } = this.#address(record.text);
    const folded = fold(text);
    const tokens = words(folded);
    const language = languageOf(tokens);
    if (language === 'es') person.spanish += 1;
    if (language === 'en') person.english += 1;
    return { person, addressee, folded, tokens, language };
  }

  /** Those with enough messages to be spoken of, in code-point order. */
  known(): P[] {
    return [...this.#byUser.values()]
      .filter(({ messages }) => messages >= MINIMUM_MESSAGES)
      .sort((a, b) => compareCodePoints(a.user, b.user));
  }

  #person({ user, ts }: LogRecord): P {
    const known = this.#byUser.get(user);
    const person =
      known ??
      this.#make({ user, messages: 0, firstSeen: ts, lastSeen: ts, spanish: 0, english: 0 });
    if (!known) {
      this.#byUser.set(user, person);
      const nick = user.toLowerCase();
      if (!this.#byNick.has(nick)) this.#byNick.set(nick, person);
    }
    person.messages += 1;
    if (ts < person.firstSeen) person.firstSeen = ts;
    if (ts > person.lastSeen) person.lastSeen = ts;
    return person;
  }

  /** Whom the text is to, if they have spoken before, and the text without the address. */
  #address(text: string): { readonly addressee: P | undefined; readonly text: string } {
    const match = ADDRESS.exec(text);
    const nick = match?.[1] ?? match?.[2];
    const addressee = nick === undefined ? undefined : this.#byNick.get(nick.toLowerCase());
    if (!match || !addressee) return { addressee: undefined, text };
    return { addressee, text: text.slice(match[0].length) };
  }
}
