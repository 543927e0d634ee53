import { describe, expect, it } from 'vitest';
import { languageOf } from '#core/refinery/languages.ts';
import { written } from '#core/refinery/lexicon.ts';
import { FUNCTION_WORDS } from '#core/refinery/lexicons/languages.ts';
import { DENIALS, QUESTION_OPENERS } from '#core/refinery/lexicons/stance.ts';
import { readSkills } from '#core/refinery/skill-reading.ts';
import { isQuestion } from '#core/refinery/stance.ts';
import { BREAK, fold, words } from '#core/refinery/text.ts';
import { DENIED, SPOKEN } from './stance-examples.ts';

const tokensOf = (text: string) => words(fold(text));
const asks = (text: string) => isQuestion(fold(text), tokensOf(text));

describe('a stance', () => {
  it.each([
    ['I deployed it with docker', 'says'],
    ['docker on a small VPS?', 'asks'],
    ['does anyone know docker', 'asks'],
    ['alguien sabe de docker', 'asks'],
    ["I don't know docker", 'denies'],
    ['nunca he usado docker', 'denies'],
    ['no sé nada de docker', 'denies'],
    ["I don't know why, docker is slow", 'says'],
    ['docker no arranca', 'says'],
  ])('is told of %j: %s', (text, stance) => {
    expect(readSkills(fold(text), tokensOf(text))[0]?.stance).toBe(stance);
  });
});

describe('what opens a question', () => {
  const openers = QUESTION_OPENERS.flatMap(written);

  it('is listed once, as it is read', () => {
    expect(openers.filter((opener, at) => openers.indexOf(opener) !== at)).toEqual([]);
    expect(openers.map((opener) => tokensOf(opener).join(' '))).toEqual(openers);
  });

  it.each(openers)('"%s" does at the beginning of a clause, and there alone', (opener) => {
    expect(asks(`${opener} docker`)).toBe(true);
    expect(asks(`we have seen it before, ${opener} docker`)).toBe(true);
    expect(asks(`yesterday evening she told us ${opener} docker`)).toBe(false);
  });
});

describe('a denial', () => {
  it('has examples of every pattern', () => {
    expect(DENIED).toHaveLength(DENIALS.length);
  });

  it.each(DENIALS.map((pattern, at) => [pattern.source, pattern, DENIED[at]!] as const))(
    'is heard where it is made, and there alone: %s',
    (_, pattern, [is, not]) => {
      // clauses as they are told apart: by an empty token
      const holds = (text: string) =>
        tokensOf(text)
          .join(' ')
          .split(` ${BREAK} `)
          .some((clause) => pattern.test(clause));
      for (const text of is) expect([text, holds(text)]).toEqual([text, true]);
      for (const text of not) expect([text, holds(text)]).toEqual([text, false]);
    },
  );
});

describe('function words', () => {
  const { es, en, other } = FUNCTION_WORDS;

  it('are listed once, as they are read, and none is both Spanish and English', () => {
    for (const list of [es, en, other]) {
      expect(list.filter((word, at) => list.indexOf(word) !== at)).toEqual([]);
      expect(list.filter((word) => tokensOf(word).join(' ') !== word)).toEqual([]);
    }
    expect(es.filter((word) => en.includes(word))).toEqual([]);
  });

  it('tell their language, each alone', () => {
    expect(es.filter((word) => languageOf([word]) !== 'es')).toEqual([]);
    expect(en.filter((word) => languageOf([word]) !== 'en')).toEqual([]);
    const known = (word: string) => es.includes(word) || en.includes(word);
    expect(other.filter((word) => !known(word) && languageOf([word]) !== undefined)).toEqual([]);
  });

  it.each(SPOKEN)('tell of "%s": %s', (text, language) => {
    expect(languageOf(tokensOf(text))).toBe(language);
  });
});
