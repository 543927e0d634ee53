const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_DEPTH = 64;

/** ASCII codes of JSON's punctuation. */
export const BYTE = {
  openObject: 0x7b,
  closeObject: 0x7d,
  openArray: 0x5b,
  closeArray: 0x5d,
  comma: 0x2c,
  colon: 0x3a,
  quote: QUOTE,
} as const;

/** Space, tab, CR, LF; and the three bytes of a byte order mark, which some writers leave. */
function isBlank(byte: number): boolean {
  return (
    byte === 0x20 ||
    (byte >= 0x09 && byte <= 0x0d) ||
    byte === 0xef ||
    byte === 0xbb ||
    byte === 0xbf
  );
}

/** Index of the first byte that is not blank, from `at`; the length when there is none. */
export function skipBlank(bytes: Uint8Array, at: number): number {
  let index = at;
  while (index < bytes.length && isBlank(bytes[index] ?? 0)) index += 1;
  return index;
}

/**
 * Index after the object or array that begins at `start`. `more` when the bytes end first; `broken` as soon as no further
 * byte could make it JSON: a control character in a string, something else than `,:}]` after one, more than 64 levels.
 * It finds where a value ends; whether it is valid is for JSON.parse to say.
 */
export function endOfValue(bytes: Uint8Array, start: number): number | 'more' | 'broken' {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = endOfString(bytes, at + 1);
      if (typeof end !== 'number') return end;
      at = end;
    } else {
      depth += depthOf(byte);
      at += 1;
      if (depth === 0) return at;
      if (depth > MAX_DEPTH) return 'broken';
    }
  }
  return 'more';
}

function depthOf(byte: number | undefined): number {
  if (byte === BYTE.openObject || byte === BYTE.openArray) return 1;
  return byte === BYTE.closeObject || byte === BYTE.closeArray ? -1 : 0;
}

const AFTER_STRING: readonly number[] = [BYTE.comma, BYTE.colon, BYTE.closeObject, BYTE.closeArray];

function endOfString(bytes: Uint8Array, start: number): number | 'more' | 'broken' {
  let at = start;
  for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[at]) {
    if (byte === undefined) return 'more';
    if (byte < 0x20) return 'broken';
    at += byte === BACKSLASH ? 2 : 1;
  }
  const next = bytes[skipBlank(bytes, at + 1)];
  if (next === undefined) return 'more';
  return AFTER_STRING.includes(next) ? at + 1 : 'broken';
}
