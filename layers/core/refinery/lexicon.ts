import { BREAK, fold, words } from './text.ts';

/**
 * Terms by label and by group, as data: `{ Python: { django: ['django'] } }`. A term is a word or a phrase, written as people do;
 * `(s)` is optional text, and a leading `~` marks a term that counts only beside an unmarked one of its label in the same message.
 */
export type Terms = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What one term stands for. */
export interface Meaning {
  readonly label: string;
  readonly group: string;
  readonly weak: boolean;
}

interface Entry {
  readonly rest: readonly string[];
  /** Empty for a trap: a phrase that is consumed and means nothing. */
  readonly meanings: readonly Meaning[];
}

/** Entries by first word, longest first. */
export type Lexicon = ReadonlyMap<string, readonly Entry[]>;

/** Builds the lexicon of `terms`. `traps` are phrases in which a term means something else (`linux mint`). */
export function compile(terms: Terms, traps: readonly string[] = []): Lexicon {
  const phrases = new Map<string, Meaning[]>();
  for (const [phrase, meaning] of spelled(terms)) {
    phrases.set(phrase, [...(phrases.get(phrase) ?? []), meaning]);
  }
  for (const trap of traps.flatMap(forms)) phrases.set(trap, []);
  return byFirstWord(phrases);
}

function spelled(terms: Terms): [string, Meaning][] {
  return Object.entries(terms).flatMap(([label, groups]) =>
    Object.entries(groups).flatMap(([group, written]) =>
      written.flatMap((term) => {
        const weak = term.startsWith('~');
        const phrases = forms(weak ? term.slice(1) : term);
        return phrases.map((phrase): [string, Meaning] => [phrase, { label, group, weak }]);
      }),
    ),
  );
}

function byFirstWord(phrases: ReadonlyMap<string, readonly Meaning[]>): Lexicon {
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

/** Meanings of the terms in `tokens`, left to right; the longest phrase at a place wins and is consumed. */
export function find(lexicon: Lexicon, tokens: readonly string[]): Meaning[] {
  const found: Meaning[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const entries = lexicon.get(tokens[at] ?? BREAK);
    const entry = entries?.find(({ rest }) => follows(tokens, at + 1, rest));
    if (!entry) continue;
    found.push(...entry.meanings);
    at += entry.rest.length;
  }
  return found;
}

function follows(tokens: readonly string[], from: number, rest: readonly string[]): boolean {
  return rest.every((word, offset) => tokens[from + offset] === word);
}

/** The meanings that stand: weak ones only beside a strong one of their label. */
export function standing(found: readonly Meaning[]): readonly Meaning[] {
  if (!found.some(({ weak }) => weak)) return found;
  return found.filter(
    ({ weak, label }) => !weak || found.some((other) => !other.weak && other.label === label),
  );
}
