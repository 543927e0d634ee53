import { detectAll } from 'tinyld/light';
import type { Languages } from '#contract/profiles.ts';
import { FUNCTION_WORDS } from './lexicons/languages.ts';
import { share } from './measure.ts';

/** Which languages a word holds sentences of together: one look a word, and it may be several. */
const SPANISH = 1;
const ENGLISH = 2;
const OTHER = 4;
const LANGUAGES = new Map<string, number>();
for (const [words, language] of [
  [FUNCTION_WORDS.es, SPANISH],
  [FUNCTION_WORDS.en, ENGLISH],
  [FUNCTION_WORDS.other, OTHER],
] as const)
  for (const word of words) LANGUAGES.set(word, (LANGUAGES.get(word) ?? 0) | language);

/** Languages that the detector may name: the two that are counted, and those that are mistaken for them. */
const CANDIDATES = { only: ['es', 'en', 'pt', 'fr', 'de', 'it', 'nl'] };
/** Fewest letters that the detector is asked about, and the accuracy from which it is believed. */
const FEWEST_LETTERS = 8;
const LEAST_ACCURACY = 0.1;

/**
 * The language of one message: by its function words, and where they are absent or balanced by the detector (docs/decisions/013).
 * Undefined when neither tells, and for other languages.
 */
export function languageOf(tokens: readonly string[]): 'es' | 'en' | undefined {
  let [spanish, english, other] = [0, 0, 0];
  for (const token of tokens) {
    const told = LANGUAGES.get(token);
    if (told === undefined) continue;
    if (told & ENGLISH) english += 1;
    if (told & SPANISH) spanish += 1;
    if (told & OTHER) other += 1;
  }
  if (other > spanish && other > english) return undefined;
  if (spanish !== english) return spanish > english ? 'es' : 'en';
  return detected(tokens);
}

function detected(tokens: readonly string[]): 'es' | 'en' | undefined {
  const text = tokens.join(' ');
  if (text.length < FEWEST_LETTERS) return undefined;
  const [best] = detectAll(text, CANDIDATES);
  if (!best || best.accuracy < LEAST_ACCURACY) return undefined;
  return best.lang === 'es' || best.lang === 'en' ? best.lang : undefined;
}

/** Languages of a user out of their messages' counts. */
export function languages(es: number, en: number): Languages {
  const told = es + en;
  const shares = { es: share(es, told), en: share(en, told) };
  if (told === 0) return { primary: 'unknown', ...shares };
  if (shares.es >= 0.8) return { primary: 'es', ...shares };
  return { primary: shares.en >= 0.8 ? 'en' : 'mixed', ...shares };
}
