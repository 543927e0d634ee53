import type { ProductRecord } from '#contract/profiles.ts';
import { compareCodePoints, fold } from '../refinery/text.ts';
import { addressIn, withNames } from './names.ts';
import { foldName } from './nick.ts';

const NICK = /^[\p{L}\p{M}\p{N}\-_[\]\\`^{}|~]+/u;

/** The people of one product under other names. `pseudonym` is a keyed hash: the same name has the same one, and only its key leads back. */
export class Pseudonyms {
  readonly #pseudonym: (name: string) => string;
  readonly #known = new Map<string, string>();
  /** However somebody writes a name: who is meant, the first in code-point order. */
  readonly #meant = new Map<string, string>();

  constructor(users: Iterable<string>, pseudonym: (name: string) => string) {
    this.#pseudonym = pseudonym;
    for (const user of [...users].sort(compareCodePoints)) {
      for (const written of [foldName(user), fold(user)])
        if (!this.#meant.has(written)) this.#meant.set(written, user);
    }
  }

  of(user: string): string {
    const known = this.#known.get(user) ?? this.#pseudonym(user);
    this.#known.set(user, known);
    return known;
  }

  /** A text that names nobody of them; whoever is marked by an `@` is renamed whether known or not. */
  text(text: string): string {
    let head = '';
    let rest = text;
    for (let address = addressIn(rest); address; address = addressIn(rest)) {
      const other = this.#instead(address.name, address.at === '@' ? '@' : '');
      if (other === undefined) break;
      head += address.space + other + address.after;
      rest = address.rest;
    }
    return head + withNames(rest, (name, at) => this.#instead(name, at));
  }

  /** Pure. The same record about the same people, whom it does not name. */
  record(record: ProductRecord): ProductRecord {
    if ('period' in record) return { ...record, found: this.#terms(record.found) };
    const user = this.of(record.user);
    if ('text' in record) return { ...record, user, text: this.text(record.text) };
    if ('soulMd' in record) return { ...record, user, soulMd: this.#soul(record.soulMd, user) };
    if ('signaturePhrases' in record) {
      const { slang, signaturePhrases } = record;
      return {
        ...{ ...record, user, signaturePhrases: this.#terms(signaturePhrases) },
        slang: { ...slang, found: this.#terms(slang.found) },
      };
    }
    if (!('interactions' in record)) return { ...record, user };
    const { interactions } = record;
    const strongest = interactions.strongest.map((one) => ({ ...one, user: this.of(one.user) }));
    return { ...record, user, interactions: { ...interactions, strongest } };
  }

  #instead(name: string, at: '@' | ''): string | undefined {
    const meant = this.#meant.get(foldName(name));
    if (meant !== undefined) return at + this.of(meant);
    return at === '@' ? this.#marked(name) : undefined;
  }

  /** Who is marked is somebody, known or not; what follows the name is text again. */
  #marked(piece: string): string | undefined {
    const name = NICK.exec(piece)?.[0];
    if (name === undefined) return undefined;
    const rest = withNames(piece.slice(name.length), (other) => this.#instead(other, ''));
    return `@${this.of(this.#meant.get(foldName(name)) ?? foldName(name))}${rest}`;
  }

  #terms<T extends { readonly term: string }>(terms: readonly T[]): T[] {
    return terms.map((one) => ({ ...one, term: this.text(one.term) }));
  }

  /** Its first line is its heading, and names whom it is about. */
  #soul(soulMd: string, user: string): string {
    return `# SOUL of \`${user}\`${this.text(soulMd.slice(soulMd.indexOf('\n')))}`;
  }
}
