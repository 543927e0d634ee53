import { isWord } from '../refinery/address.ts';

/** What is at the beginning of a text and may be for somebody: `nick:`, `nick,`, `@nick`. */
const ADDRESS = /^(\s*)(@?)([^\s:,;@]{1,64})( ?[:,;]+)?(?:\s+|$)/;
/** Where names stand: whatever white space and marks of address part. */
const PIECES = /(@?)([^\s:,;@]+)/g;
/** And within a piece (`(nick)`, `nick's`, `a/b`): what nicks are made of, and what words are. */
const NICKS = /[\p{L}\p{M}\p{N}\-_[\]\\`^{}|~]+/gu;
const WORDS = /[\p{L}\p{M}\p{N}_]+/gu;
/** What nicks may be made of and is as often put around them. */
const HEAD = /^[[\]{}|`]+/;
const TAIL = /[[\]{}|`]+$/;

/** What a text begins with: somebody's name, what stands before and after it, and the text that follows. */
interface Address {
  readonly space: string;
  readonly at: string;
  readonly name: string;
  /** Marks and blanks after the name. */
  readonly after: string;
  readonly rest: string;
}

/** Whom a text is marked as being for, by the rule of the refinery's own `addressed`: before a comma, a word is a word. */
export function addressIn(text: string): Address | undefined {
  const match = ADDRESS.exec(text);
  if (match === null) return undefined;
  const [whole, space = '', at = '', name = '', mark = ''] = match;
  const isMarked = at !== '' || (mark !== '' && !(mark.includes(',') && isWord(name)));
  const after = whole.slice(space.length + at.length + name.length);
  return isMarked ? { space, at, name, after, rest: text.slice(whole.length) } : undefined;
}

/** What stands for a name in a text; undefined for what is nobody's. `at` when it is marked by an `@`. */
type Instead = (name: string, at: '@' | '') => string | undefined;

/**
 * A text with other words in place of the names in it. What stands for a marked name stands for its mark as well. A name that is also a
 * word of the lexicons is one only where it is marked.
 */
export function withNames(text: string, instead: Instead): string {
  return text.replace(PIECES, (_piece, at: '@' | '', name: string) => {
    const whole = at === '' && isWord(name) ? undefined : instead(name, at);
    if (whole !== undefined) return whole;
    return at + name.replace(NICKS, (run) => inRun(run, instead));
  });
}

function inRun(run: string, instead: Instead): string {
  const head = HEAD.exec(run)?.[0].length ?? 0;
  const tail = run.length - (TAIL.exec(run)?.[0].length ?? 0);
  const cuts = [
    [0, run.length],
    [head, run.length],
    [0, tail],
    [head, tail],
  ] as const;
  for (const [from, to] of cuts) {
    const name = run.slice(from, to);
    const other = name === '' || isWord(name) ? undefined : instead(name, '');
    if (other !== undefined) return run.slice(0, from) + other + run.slice(to);
  }
  return run.replace(WORDS, (word) => (isWord(word) ? word : (instead(word, '') ?? word)));
}
