import type { LogRecord } from '#contract/log-record.ts';
import { isWord } from '../refinery/address.ts';
import { foldName } from './nick.ts';

/** What stands for a name that was taken out: no word, no nick. */
const GONE = '…';

/** What is at the beginning of a text and may be for somebody: `nick:`, `nick,`, `@nick`. */
const ADDRESS = /^(\s*)(@?)([^\s:,;@]{1,64})( ?[:,;]+)?(?:\s+|$)/;
/** Where names stand: whatever white space and marks of address part. */
const PIECES = /(@?)([^\s:,;@]+)/g;
/** And within a piece (`(nick)`, `nick's`, `a/b`): what nicks are made of, and what words are. */
const NICKS = /[\p{L}\p{M}\p{N}\-_[\]\\`^{}|~]+/gu;
const WORDS = /[\p{L}\p{M}\p{N}_]+/gu;

/**
 * The messages without those of the people named, and without their names in what others say: an address to them is cut, a mention
 * of them is an ellipsis. A nick that is also a word of the lexicons is taken out only where it is marked as a nick. The order and everything
 * else stays. Nicks are as foldName makes them; those of the people whose messages were dropped are added to `leftOut`.
 */
export async function* without(
  records: AsyncIterable<LogRecord>,
  nicks: ReadonlySet<string>,
  leftOut: Set<string>,
): AsyncGenerator<LogRecord> {
  if (nicks.size === 0) {
    yield* records;
    return;
  }
  for await (const record of records) {
    const user = foldName(record.user);
    if (nicks.has(user)) leftOut.add(user);
    else yield { ...record, text: nameless(record.text, nicks) };
  }
}

/** Pure. */
function nameless(text: string, nicks: ReadonlySet<string>): string {
  return unaddressed(text, nicks).replace(PIECES, (piece, at: string, name: string) => {
    if (nicks.has(foldName(name))) return at === '' && isWord(name) ? piece : GONE;
    return at + inner(inner(name, NICKS, nicks), WORDS, nicks);
  });
}

function inner(name: string, parts: RegExp, nicks: ReadonlySet<string>): string {
  return name.replace(parts, (part) => (nicks.has(foldName(part)) && !isWord(part) ? GONE : part));
}

/** As often as it takes: `ana: bob: yes` is for both. */
function unaddressed(text: string, nicks: ReadonlySet<string>): string {
  let rest = text;
  for (;;) {
    const cut = withoutFirst(rest, nicks);
    if (cut === undefined) return rest;
    rest = cut;
  }
}

/** Undefined when it is not for any of them. */
function withoutFirst(text: string, nicks: ReadonlySet<string>): string | undefined {
  const match = ADDRESS.exec(text);
  if (match === null) return undefined;
  const [whole, space = '', at = '', name = '', mark = ''] = match;
  if (!nicks.has(foldName(name)) || !isMarked({ at, name, mark })) return undefined;
  return space + text.slice(whole.length);
}

interface Address {
  readonly at: string;
  readonly name: string;
  readonly mark: string;
}

/** By the rule of the refinery's own `addressed`: before a comma, a word is a word. */
function isMarked({ at, name, mark }: Address): boolean {
  if (at !== '') return true;
  return mark !== '' && !(mark.includes(',') && isWord(name));
}
