import { FUNCTION_WORDS } from './lexicons/languages.ts';
import { SKILLS } from './skill-reading.ts';
import { fold, words } from './text.ts';
import { isSign } from './voice-reading.ts';

/** `nick: text`, `nick, text` or `@nick text`. Unmarked nicks are not believed: many are plain words ("python is slow"). */
const ADDRESS = /^\s*(?:@([^\s:,;]{1,64})[:,;]*|([^\s:,;]{1,64}) ?([:,;])[:,;]*)(?:\s|$)/;
/** `@nick` within the text; an e-mail address is none. */
const MENTION = /(?<=^|\s)@([^\s:,;@]{1,64})/g;
/** Words that stand before a comma as often as nicks do. */
const OPENERS =
  'ok no yes yeah well so also sorry thanks thx oh ah hmm um right sure nope yep anyway actually then now mire oye oiga ' +
  'bueno claro listo perdon obvio jaja jajaja venga vea ojala ademas igual total tranquilo tranquila fresco chicos gente all guys';
const WORDS = new Set([...OPENERS.split(' '), ...FUNCTION_WORDS.es, ...FUNCTION_WORDS.en]);

export interface Addressed {
  /** Whom the message names, in lower case, each once: nicks, and now and then a word that only looks like one. */
  readonly nicks: readonly string[];
  /** The text without the nicks that are marked as such. */
  readonly text: string;
}

/**
 * Who a text is for, told by its form alone: who is known may depend on the order in which messages come, and a message must not
 * mean one thing today and another when it is read again. Before a comma, a word that means something is that word, not a nick.
 */
export function addressed(text: string): Addressed {
  const match = ADDRESS.exec(text);
  const nick = match?.[1] ?? match?.[2];
  const isNick = match !== null && nick !== undefined && (match[3] !== ',' || !isWord(nick));
  const rest = isNick ? text.slice(match[0].length) : text;
  const nicks = isNick ? [nick.toLowerCase()] : [];
  if (!rest.includes('@')) return { nicks, text: rest };
  nicks.push(...[...rest.matchAll(MENTION)].map(([, name = '']) => name.toLowerCase()));
  return { nicks: [...new Set(nicks)], text: rest.replaceAll(MENTION, ' ') };
}

/** A nick with digits, `_`, `|` and the like is one, whatever its letters spell. */
const PLAIN = /^[\p{L}.'’-]+$/u;

/** Whether what could be a nick is a word of the lexicons in its own right. */
export function isWord(nick: string): boolean {
  if (!PLAIN.test(nick)) return false;
  return words(fold(nick)).every(
    (word) => WORDS.has(word) || SKILLS.terms.has(word) || isSign(word),
  );
}
