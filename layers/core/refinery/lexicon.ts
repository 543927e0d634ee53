import { BREAK, fold, words } from './text.ts';

/**
 * Terms by group, as data: `{ django: ['django, fastapi'] }`. A string holds terms separated by commas; a term is a word or a
 * phrase, written as people do; `(s)` is optional text, and a leading `~` marks a term that is weak: it counts in company only.
 */
export type Entries = Readonly<Record<string, readonly string[]>>;

/** Entries by label. */
export type Terms = Readonly<Record<string, Entries>>;

/** What one term stands for. `key` is `label/group`: what counts are kept under. */
interface Meaning {
  readonly label: string;
  readonly group: string;
  readonly key: string;
  readonly term: string;
  readonly weak: boolean;
}

/** A meaning, and the place of its first token. */
export interface Found extends Meaning {
  readonly at: number;
}

interface Entry {
  readonly rest: readonly string[];
  readonly meanings: readonly Meaning[];
}

/** Entries by first word, longest first. */
type Index = ReadonlyMap<string, readonly Entry[]>;

export interface Lexicon {
  readonly terms: Index;
  readonly traps: Index;
}

/** Builds the lexicon of `terms`. `traps` are phrases in which a term means something else (`linux mint`). */
export function compile(terms: Terms, traps: readonly string[] = []): Lexicon {
  const phrases = new Map<string, Meaning[]>();
  for (const [phrase, meaning] of spelled(terms)) {
    phrases.set(phrase, [...(phrases.get(phrase) ?? []), meaning]);
  }
  const trapped = traps.flatMap(written).flatMap(forms);
  return {
    terms: byFirstWord(phrases),
    traps: byFirstWord(new Map(trapped.map((trap) => [trap, []]))),
  };
}

/** The terms that a string of them holds. */
export function written(terms: string): string[] {
  return terms.split(',').map((term) => term.trim());
}

function spelled(terms: Terms): [string, Meaning][] {
  return Object.entries(terms).flatMap(([label, groups]) =>
    Object.entries(groups).flatMap(([group, strings]) =>
      strings.flatMap(written).flatMap((term) => {
        const weak = term.startsWith('~');
        const meaning = { label, group, key: `${label}/${group}`, term, weak };
        return forms(weak ? term.slice(1) : term).map((phrase): [string, Meaning] => [
          phrase,
          meaning,
        ]);
      }),
    ),
  );
}

function byFirstWord(phrases: ReadonlyMap<string, readonly Meaning[]>): Index {
  const lexicon = new Map<string, Entry[]>();
  for (const [phrase, meanings] of phrases) {
    const [first = '', ...rest] = phrase.split(' ');
    lexicon.set(first, [...(lexicon.get(first) ?? []), { rest, meanings }]);
  }
  for (const entries of lexicon.values()) entries.sort((a, b) => b.rest.length - a.rest.length);
  return lexicon;
}

/** Every spelling of a written term, as folded words joined by spaces. */
function forms(term: string): string[] {
  const option = /\(([^)]*)\)/.exec(term);
  if (!option) {
    return [
      words(fold(term))
        .filter((word) => word !== BREAK)
        .join(' '),
    ];
  }
  const before = term.slice(0, option.index);
  const after = term.slice(option.index + option[0].length);
  return [before + after, `${before}${option[1] ?? ''}${after}`].flatMap(forms);
}

/** Meanings of the terms in `tokens`, left to right; the longest phrase at a place wins. What a trap covers means nothing. */
export function find({ terms, traps }: Lexicon, tokens: readonly string[]): Found[] {
  const found: Found[] = [];
  let trapped: ReadonlySet<number> | undefined;
  for (let at = 0; at < tokens.length; at += 1) {
    const entry = entryAt(terms, tokens, at);
    if (!entry) continue;
    trapped ??= covered(traps, tokens);
    if (!isCovered(trapped, at, entry)) {
      for (const meaning of entry.meanings) found.push({ ...meaning, at });
      at += entry.rest.length;
    }
  }
  return found;
}

function entryAt(index: Index, tokens: readonly string[], at: number): Entry | undefined {
  const entries = index.get(tokens[at] ?? BREAK);
  return entries?.find(({ rest }) => follows(tokens, at + 1, rest));
}

/** Places of the tokens that belong to a trap. */
function covered(traps: Index, tokens: readonly string[]): ReadonlySet<number> {
  const places = new Set<number>();
  for (let at = 0; at < tokens.length; at += 1) {
    const trap = entryAt(traps, tokens, at);
    if (trap) for (let place = at; place <= at + trap.rest.length; place += 1) places.add(place);
  }
  return places;
}

function isCovered(places: ReadonlySet<number>, at: number, { rest }: Entry): boolean {
  return (
    places.size > 0 &&
    [at, ...rest.map((_, offset) => at + 1 + offset)].some((place) => places.has(place))
  );
}

function follows(tokens: readonly string[], from: number, rest: readonly string[]): boolean {
  return rest.every((word, offset) => tokens[from + offset] === word);
}

/** Labels whose terms vouch for a label's weak ones, beside its own. */
export type Vouchers = Readonly<Record<string, readonly string[]>>;

/** Weak terms that begin alike are one word in two forms (`swap`, `swapped`): no company for each other. */
const STEM = 4;

function stemOf({ term }: Found): string {
  return term.slice(1, 1 + STEM);
}

/**
 * The meanings that stand. A weak one needs company at another place of the message: a strong meaning or another weak term of its
 * label, or a strong one of a label that vouches for it.
 */
export function standing(found: readonly Found[], vouchers: Vouchers = {}): readonly Found[] {
  if (!found.some(({ weak }) => weak)) return found;
  const vouches = (other: Found, one: Found) =>
    other.at !== one.at &&
    (other.label === one.label
      ? !other.weak || stemOf(other) !== stemOf(one)
      : !other.weak && vouchers[one.label]?.includes(other.label));
  return found.filter((one) => !one.weak || found.some((other) => vouches(other, one)));
}
