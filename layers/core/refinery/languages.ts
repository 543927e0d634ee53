import type { Languages } from '#contract/profiles.ts';
import { FUNCTION_WORDS } from './lexicons/languages.ts';
import { share } from './measure.ts';

const SPANISH = new Set(FUNCTION_WORDS.es);
const ENGLISH = new Set(FUNCTION_WORDS.en);

/** The language of one message by its function words; undefined when they are absent or balanced. */
export function languageOf(tokens: readonly string[]): 'es' | 'en' | undefined {
  let spanish = 0;
  let english = 0;
  for (const token of tokens) {
    if (ENGLISH.has(token)) english += 1;
    if (SPANISH.has(token)) spanish += 1;
  }
  if (spanish === english) return undefined;
  return spanish > english ? 'es' : 'en';
}

/** Languages of a user out of their messages' counts. */
export function languages(es: number, en: number): Languages {
  const told = es + en;
  const shares = { es: share(es, told), en: share(en, told) };
  if (told === 0) return { primary: 'unknown', ...shares };
  if (shares.es >= 0.8) return { primary: 'es', ...shares };
  return { primary: shares.en >= 0.8 ? 'en' : 'mixed', ...shares };
}
