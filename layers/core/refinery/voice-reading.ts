import { compile, type Found, find, standing } from './lexicon.ts';
import { ADDRESS_TERMS, NO_TU_FORM, NO_VOS_FORM, TU_FORM, VOS_FORM } from './lexicons/address.ts';
import {
  GREETING_TERMS,
  MOOD_TERMS,
  REGISTER_TERMS,
  SLANG_TERMS,
  VOICE_TRAPS,
} from './lexicons/voice.ts';
import type { Read } from './read.ts';
import { isQuestion } from './stance.ts';

const GREETINGS = compile(GREETING_TERMS);
/** One lexicon for each thing that is told: the longest phrase of one must not hide a word of another. */
const SIGNS = [REGISTER_TERMS, SLANG_TERMS, MOOD_TERMS].map((terms) => compile(terms, VOICE_TRAPS));
const ADDRESS = compile(ADDRESS_TERMS);
const GREETS_OR_THANKS = new Set([
  'thanks',
  'thx',
  'gracias',
  'welcome',
  'hello',
  'hi',
  'hola',
  'hey',
  'gm',
]);

const LAUGH =
  /^(?:(?:j[aeio]+){2,}j?|(?:h[aeio]+){2,}h?|a*(?:js|ajs){2,}a?|(?=(?:.*j){2})[ajsk]{5,}|lol|lmao+|lmfao|rofl|xd+|heh|hah)$/;
/** A vowel said three times and more: `goooo`. */
const STRETCHED = /([aeiou])\1{2,}/;
const STRETCHES = /(\p{L})\1{2,}/gu;
/** Exclamation marks that are no bot's command (`!paste`) and no operator (`!=`). */
const EXCLAIMED = /[\p{L}\p{N}\s)"']!+(?![\w=-])/u;
/** One mark is a courtesy as often as not; several, or one on a short remark, are none. */
const EXCLAIMED_TWICE = '!!';
const SHORT_REMARK = 8;

/** One message as it is read for voice. */
export interface Said extends Pick<Read, 'text' | 'folded' | 'tokens'> {
  readonly language: 'es' | 'en' | undefined;
}

/** What one message shows: labels (`asks`, `formal`, `tu`, ...), counted once a message, and the terms behind them (`colombian/parce`). */
export interface VoiceRead {
  readonly labels: ReadonlySet<string>;
  readonly terms: readonly string[];
  readonly greeting: string | undefined;
}

export function readVoice(said: Said): VoiceRead {
  const { folded, tokens } = said;
  const found = SIGNS.flatMap((signs) => standing(find(signs, tokens)));
  const labels = new Set(found.map(({ label }) => label));
  if (isQuestion(folded, tokens)) labels.add('asks');
  if (isExcited(said, labels)) labels.add('excited');
  if (tokens.some((token) => LAUGH.test(token))) labels.add('laughs');
  if (labels.has('laughs') || found.some(isColloquial)) labels.add('informal');
  for (const address of addresses(said)) labels.add(address);
  return { labels, terms: found.map(({ key }) => key), greeting: greetingOf(tokens) };
}

/** Opinions (`imho`) and asides (`btw`) are internet slang of any register, "su merced" is Colombian and formal. */
function isColloquial({ label, key, term }: Found): boolean {
  if (label === 'colombian') return !term.startsWith('su');
  return label === 'internet' && key !== 'internet/opinion' && key !== 'internet/btw';
}

function isExcited({ folded, tokens }: Said, labels: ReadonlySet<string>): boolean {
  if (STRETCHED.test(folded) || folded.includes(EXCLAIMED_TWICE)) return true;
  if (!EXCLAIMED.test(folded) || labels.has('formal') || labels.has('asks')) return false;
  return tokens.length <= SHORT_REMARK && !tokens.some((token) => GREETS_OR_THANKS.has(token));
}

/** Ways of address count in Spanish only: "tu", "sos", "che" are words or nicks elsewhere. */
function addresses({ text, tokens, language }: Said): ReadonlySet<string> {
  if (language !== 'es') return new Set();
  const labels = new Set(find(ADDRESS, tokens).map(({ label }) => label));
  const lower = text.toLowerCase();
  if (shows(lower, VOS_FORM, NO_VOS_FORM)) labels.add('vos');
  if (shows(lower, TU_FORM, NO_TU_FORM)) labels.add('tu');
  // "te" and "sabes" are shared: beside a form of vos they are its own
  if (labels.has('vos') || labels.has('usted')) labels.delete('tu');
  return labels;
}

function shows(lower: string, form: RegExp, except: ReadonlySet<string>): boolean {
  return (
    lower
      .match(form)
      ?.some((word) => !except.has(word) && !(form === VOS_FORM && word.endsWith('rás'))) ?? false
  );
}

function greetingOf(tokens: readonly string[]): string | undefined {
  const opening = tokens.slice(0, 3).map((token) => token.replaceAll(STRETCHES, '$1'));
  const [first] = find(GREETINGS, opening);
  return first?.at === 0 ? first.group : undefined;
}

/** Whether a word begins a term of any lexicon of voice. */
export function isSign(word: string): boolean {
  return [...SIGNS, GREETINGS].some(({ terms }) => terms.has(word));
}
