import { foldNick } from '../talk/mention.ts';

/** Longest nick that opts out, in UTF-16 units: the most that an address in a text may have. */
const LONGEST = 64;

/** One person's name however they write it: as IRC compares nicks, and by Unicode beyond ASCII. */
export function foldName(name: string): string {
  return foldNick(name.normalize('NFC').toLowerCase());
}

/** Undefined for what nobody can be called: empty, longer than 64, or with white space or control characters. */
export function readNick(text: string): string | undefined {
  const isNick = text.length <= LONGEST && /^[^\s\p{C}]+$/u.test(text);
  return isNick ? foldName(text) : undefined;
}
