import { describe, expect, it } from 'vitest';
import { compile, find, type Terms, written } from '#core/refinery/lexicon.ts';
import { ADDRESS_TERMS } from '#core/refinery/lexicons/address.ts';
import { CAPABILITIES } from '#core/refinery/lexicons/capabilities.ts';
import { SKILL_TERMS } from '#core/refinery/lexicons/skills.ts';
import {
  GREETING_TERMS,
  MOOD_TERMS,
  REGISTER_TERMS,
  SLANG_TERMS,
} from '#core/refinery/lexicons/voice.ts';
import { readSkills } from '#core/refinery/skill-reading.ts';
import { fold, words } from '#core/refinery/text.ts';
import { readVoice } from '#core/refinery/voice-reading.ts';
import { SKILL_EXAMPLES } from './skill-examples.ts';
import { VOICE_EXAMPLES } from './voice-examples.ts';

const tokensOf = (text: string) => words(fold(text));

function skillsOf(text: string): Map<string, readonly string[]> {
  return new Map(
    readSkills(fold(text), tokensOf(text)).map(({ skill, subSkills }) => [skill, subSkills]),
  );
}

const entries = Object.entries(SKILL_TERMS).flatMap(([skill, groups]) =>
  Object.keys(groups).map((group) => ({ skill, group })),
);

describe('the skill lexicon', () => {
  it('has examples of every entry, and of nothing else', () => {
    const examples = Object.entries(SKILL_EXAMPLES).flatMap(([skill, groups]) =>
      Object.keys(groups).map((group) => ({ skill, group })),
    );
    expect(examples).toEqual(expect.arrayContaining(entries));
    expect(examples).toHaveLength(entries.length);
  });

  it.each(entries)('$skill/$group matches its examples', ({ skill, group }) => {
    const { is } = SKILL_EXAMPLES[skill as keyof typeof SKILL_EXAMPLES][group]!;
    for (const text of is)
      expect([text, skillsOf(text).get(skill)]).toEqual([text, expect.arrayContaining([group])]);
  });

  it.each(entries)('$skill/$group does not match its traps', ({ skill, group }) => {
    const { not } = SKILL_EXAMPLES[skill as keyof typeof SKILL_EXAMPLES][group]!;
    for (const text of not) expect([text, skillsOf(text).get(skill)]).toEqual([text, undefined]);
  });

  it('offers nothing for a sub-skill that it does not know', () => {
    for (const [skill, { any, ...offers }] of Object.entries(CAPABILITIES)) {
      expect(any).not.toBe('');
      expect(Object.keys(SKILL_TERMS[skill as keyof typeof SKILL_TERMS])).toEqual(
        expect.arrayContaining(Object.keys(offers)),
      );
    }
  });
});

describe.each<[string, Terms]>([
  ['skills', SKILL_TERMS],
  ['register', REGISTER_TERMS],
  ['slang', SLANG_TERMS],
  ['mood', MOOD_TERMS],
  ['greetings', GREETING_TERMS],
  ['ways of address', ADDRESS_TERMS],
])('the lexicon of %s', (_, terms) => {
  const lexicon = compile(terms);

  it('lists a term once, and finds every term that it lists', () => {
    for (const [label, groups] of Object.entries(terms)) {
      const listed = Object.values(groups).flatMap((strings) => strings.flatMap(written));
      expect(listed.filter((term, at) => listed.indexOf(term) !== at)).toEqual([]);
      for (const term of listed) {
        const text = term.replace('~', '').replaceAll(/[()]/g, '');
        const labels = find(lexicon, tokensOf(text)).map((found) => found.label);
        expect([term, labels]).toEqual([term, expect.arrayContaining([label])]);
      }
    }
  });
});

const voiceOf = (text: string, language: 'es' | 'en' = 'es') =>
  readVoice({ text, folded: fold(text), tokens: tokensOf(text), language });

/** Every entry that is heard in a message, as `label/group`. */
function heardIn(text: string): readonly string[] {
  const { terms, greeting } = voiceOf(text);
  const addressed = find(compile(ADDRESS_TERMS), tokensOf(text)).map(({ key }) => key);
  return [...terms, ...addressed, ...(greeting === undefined ? [] : [`greeting/${greeting}`])];
}

describe('the lexicons of voice', () => {
  it('have examples of every entry, and of nothing else', () => {
    const lexicons = [REGISTER_TERMS, SLANG_TERMS, MOOD_TERMS, GREETING_TERMS, ADDRESS_TERMS];
    const entries = lexicons.flatMap((terms) =>
      Object.entries(terms).flatMap(([label, groups]) =>
        Object.keys(groups).map((group) => `${label}/${group}`),
      ),
    );
    expect(Object.keys(VOICE_EXAMPLES).toSorted()).toEqual(entries.toSorted());
  });

  it.each(Object.entries(VOICE_EXAMPLES))(
    'hear %s where it is said, and there alone',
    (entry, [is, not]) => {
      expect(heardIn(is)).toContain(entry);
      expect(heardIn(not)).not.toContain(entry);
    },
  );

  it.each([
    ['formal', 'le agradezco, señor', 'por favorito'],
    ['informal', 'gonna grab it, dude', 'a gondola'],
    ['colombian', 'qué chimba, parce', 'una paila de cobre'],
    ['crypto', 'wagmi, got rekt', 'wagmi hooks in React'],
    ['internet', 'idk tbh', 'idiots'],
    ['excited', 'esto es increíble', 'es creíble'],
    ['bold', 'yolo, me la juego', 'the full moon'],
    ['careful', 'ojo, con calma', 'risk free'],
    ['laughs', 'jajaja', 'la jaula'],
    ['asks', 'alguien sabe dónde queda', 'nadie lo sabe'],
    ['tu', '¿me prestas el tuyo?', 'me presto'],
    ['tu', 'ya compraste el pan', 'estaba triste'],
    ['usted', 'usted sabe', 'su casa'],
    ['vos', 'pensás en eso', 'además, después, inglés'],
  ])('hear what is %s in %j and not in %j', (label, is, not) => {
    expect([...voiceOf(is).labels]).toContain(label);
    expect([...voiceOf(not).labels]).not.toContain(label);
  });

  it('hear ways of address in Spanish only', () => {
    expect(voiceOf('che, vos sos', 'en').labels.has('vos')).toBe(false);
  });

  it.each([
    ['Holaaa a todos', 'hola'],
    ['gm gm', 'gm'],
    ['heyyy chat', 'hey'],
    ['they left', undefined],
    ['le mandé un hola', undefined],
  ])('hear how %j opens', (text, greeting) => {
    expect(voiceOf(text).greeting).toBe(greeting);
  });
});
