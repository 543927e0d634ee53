import { SkillName, Topic } from '#contract/profiles.ts';
import { languageOf } from '#core/refinery/languages.ts';
import { wilson } from '#core/refinery/measure.ts';
import { read } from '#core/refinery/read.ts';
import { readSkills } from '#core/refinery/skill-reading.ts';
import { readTopics } from '#core/refinery/topic-map-reading.ts';
import { readVoice } from '#core/refinery/voice-reading.ts';
import type { Golden } from './read.ts';

const VOICE = [
  ...['asks', 'excited', 'laughs', 'formal', 'informal', 'colombian', 'crypto', 'internet'],
  ...['tu', 'usted', 'vos', 'bold', 'careful', 'greeting'],
];
/** Messages shorter than this tell too little of their language. */
const FEWEST_CHARACTERS = 20;

/** Hits, misses and false alarms of one label. */
export interface Score {
  readonly label: string;
  readonly hits: number;
  readonly false: number;
  readonly missed: number;
}

/** A message on which labels and reading differ. */
export interface Miss {
  readonly label: string;
  readonly kind: 'false' | 'missed';
  readonly text: string;
}

export interface Verdict {
  readonly skills: readonly Score[];
  readonly topics: readonly Score[];
  readonly voice: readonly Score[];
  /** Of the skills found, with which stance. */
  readonly stance: Ratio;
  /** Of the messages of 20 characters and more in Spanish or English. */
  readonly language: Ratio;
  readonly misses: readonly Miss[];
}

/** `of` trials with `hits`. */
export interface Ratio {
  readonly hits: number;
  readonly of: number;
}

/** What the refinery reads in one message, in the labels of the goldens. */
function readingOf(text: string) {
  const message = read(text);
  const { folded, tokens } = message;
  const language = languageOf(tokens);
  const voice = readVoice({ ...message, language });
  const greeting = voice.greeting === undefined ? [] : ['greeting'];
  return {
    language,
    stances: new Map(readSkills(folded, tokens).map(({ skill, stance }) => [skill, stance])),
    topics: new Set(readTopics(folded, tokens).map(({ topic }) => topic)),
    voice: new Set([...voice.labels, ...greeting]),
  };
}

type Reading = ReturnType<typeof readingOf>;

/** Compares the labels of `goldens` with what the refinery reads in them. */
export function judge(goldens: readonly Golden[]): Verdict {
  const both = goldens.map((golden) => ({ golden, reading: readingOf(golden.text) }));
  const misses: Miss[] = [];
  const score = (label: string, labelled: Told, read: Seen): Score => {
    const counts = { label, hits: 0, false: 0, missed: 0 };
    for (const { golden, reading } of both) {
      const [should, does] = [labelled(golden), read(reading)];
      if (should && does) counts.hits += 1;
      if (should !== does) {
        const kind = does ? 'false' : 'missed';
        counts[kind] += 1;
        misses.push({ label, kind, text: golden.text });
      }
    }
    return counts;
  };
  return {
    skills: SkillName.options.map((skill) =>
      score(
        skill,
        ({ skills }) => skills[skill] !== undefined,
        ({ stances }) => stances.has(skill),
      ),
    ),
    topics: Topic.options.map((topic) =>
      score(
        topic,
        ({ topics }) => topics.includes(topic),
        ({ topics }) => topics.has(topic),
      ),
    ),
    voice: VOICE.map((label) =>
      score(
        label,
        (golden) => isLabelled(golden, label),
        ({ voice }) => voice.has(label),
      ),
    ),
    stance: stanceRatio(both),
    language: languageRatio(both, misses),
    misses,
  };
}

type Told = (golden: Golden) => boolean;
type Seen = (reading: Reading) => boolean;
type Both = readonly { readonly golden: Golden; readonly reading: Reading }[];

function isLabelled({ voice, greeting }: Golden, label: string): boolean {
  return label === 'greeting' ? greeting !== undefined : voice.includes(label);
}

function stanceRatio(both: Both): Ratio {
  const found = both.flatMap(({ golden, reading }) =>
    SkillName.options.flatMap((skill) => {
      const [told, read] = [golden.skills[skill], reading.stances.get(skill)];
      return told && read ? [told === read] : [];
    }),
  );
  return { hits: found.filter(Boolean).length, of: found.length };
}

function languageRatio(both: Both, misses: Miss[]): Ratio {
  const told = both.filter(
    ({ golden: { language, text } }) =>
      (language === 'es' || language === 'en') && Array.from(text).length >= FEWEST_CHARACTERS,
  );
  const wrong = told.filter(({ golden, reading }) => golden.language !== reading.language);
  for (const { golden } of wrong)
    misses.push({ label: golden.language, kind: 'missed', text: golden.text });
  return { hits: told.length - wrong.length, of: told.length };
}

/** All labels together, each decision counted once. */
export function overall(scores: readonly Score[]): Score {
  const sum = (field: 'hits' | 'false' | 'missed') =>
    scores.reduce((total, score) => total + score[field], 0);
  return { label: 'all', hits: sum('hits'), false: sum('false'), missed: sum('missed') };
}

export function precision({ hits, false: alarms }: Score): Ratio {
  return { hits, of: hits + alarms };
}

export function recall({ hits, missed }: Score): Ratio {
  return { hits, of: hits + missed };
}

/** `0.93 [0.88, 0.96] of 120`: the share and its 95 % Wilson interval. */
export function told({ hits, of }: Ratio): string {
  if (of === 0) return 'none';
  const { low, high } = wilson(hits, of);
  return `${(hits / of).toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}] of ${of}`;
}
