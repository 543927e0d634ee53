/** Links, paths, channels to join and names of packages: what they spell is not what their sender says. */
const LINKS = /(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S+|(?<=^|\s)[~.]{0,2}\/\S*/g;
const NAMES =
  /\bjoin #\S+|(?<![\w.+-])(?:lib[a-z0-9.+]+-[\w.+-]+|python3?-(?!based|like)[\w.+-]+|[a-z0-9.+]+(?:-[\w.+]+){2,}|[a-z0-9.+]+-(?:doc|dev|common|bin|data|dbg)\b)/g;
const MARKS = /[\u0300-\u036f]/g;
const ASCII = /^[\0-\x7f]*$/;
const WORDS = /[\p{L}\p{N}_]+(?:'\p{L}+)*/gu;

/** Stands between two words that do not belong to one phrase (`machine, learning`). */
export const BREAK = '';

/** Lower case without accents (`Diseño` is `diseno`: chats drop them), without links, paths and names of packages. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  const plain = ASCII.test(lower)
    ? lower
    : lower.normalize('NFD').replace(MARKS, '').replaceAll('’', "'").normalize('NFC');
  const told = plain.includes('/') || plain.includes('www.') ? plain.replace(LINKS, ' ') : plain;
  return told.includes('-') || told.includes('#') ? told.replace(NAMES, ' ') : told;
}

/**
 * Whole words of folded text, with {@link BREAK} where a phrase ends. Words join across white space or one other character, so
 * `node.js`, `ci/cd` and `all-in` are phrases of two words.
 */
export function words(folded: string): string[] {
  const found: string[] = [];
  let end = 0;
  const add = (word: string, at: number): void => {
    if (found.length > 0 && !joins(folded, end, at)) found.push(BREAK);
    found.push(word);
    end = at + word.length;
  };
  if (ASCII.test(folded)) asciiWords(folded, add);
  else for (const match of folded.matchAll(WORDS)) add(match[0], match.index);
  return found;
}

const APOSTROPHE = 0x27;

/** As {@link WORDS} finds them, in half of its time. */
function asciiWords(folded: string, add: (word: string, at: number) => void): void {
  for (let at = 0; at < folded.length; at += 1) {
    if (!isWordAt(folded, at)) continue;
    let end = at + 1;
    while (isWordAt(folded, end)) end += 1;
    while (folded.charCodeAt(end) === APOSTROPHE && isLetterAt(folded, end + 1)) {
      end += 2;
      while (isLetterAt(folded, end)) end += 1;
    }
    add(folded.slice(at, end), at);
    at = end - 1;
  }
}

/** `a` to `z`; false behind the end, where the code is no number. */
function isLetterAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x61 && code <= 0x7a;
}

/** A letter, a digit or `_`. */
function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

function joins(text: string, from: number, to: number): boolean {
  if (to - from === 1) return true;
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) !== 32) return false;
  return true;
}

/** Order of code points, which is also the order of UTF-8 bytes: what profiles are sorted by. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates (U+10000 and up) before U+E000..U+FFFF; code points come after them. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
