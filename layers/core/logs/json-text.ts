const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What JSON writes after the backslash for 0x08 to 0x0d (ECMA-404 section 9); 0 where it writes \u00XX. */
const SHORT_ESCAPES = [0x62, 0x74, 0x6e, 0, 0x66, 0x72];
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** ASCII that stands for itself in a JSON string: 1. */
export const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** Whether four bytes are all PLAIN. Each term leaves a high bit where a byte is not; a borrow from the byte below can only come with one. */
export function isPlainWord(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const control = (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101);
  return ((word | control) & 0x80808080) === 0;
}

/** Index of the first byte from `start` on that does not stand for itself; `end` when all do. */
export function skipPlain(bytes: DataView, start: number, end: number): number {
  let at = start;
  while (at + 4 <= end && isPlainWord(bytes.getInt32(at, true))) at += 4;
  while (at < end && PLAIN[bytes.getUint8(at)] === 1) at += 1;
  return at;
}

/** Bytes of the UTF-8 character that begins at `at` with a byte of 0x80 or more (RFC 3629 section 4); 0 when it is none. */
export function sizeOfCharacter(bytes: DataView, at: number, end: number): number {
  const first = bytes.getUint8(at);
  if (first < 0xc2 || first > 0xf4) return 0;
  const size = sizeByFirst(first);
  if (at + size > end || !isInRange(first, bytes.getUint8(at + 1))) return 0;
  for (let index = at + 1; index < at + size; index += 1) {
    if ((bytes.getUint8(index) & 0xc0) !== 0x80) return 0;
  }
  return size;
}

function sizeByFirst(first: number): number {
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** No overlong forms, no surrogates, nothing above U+10FFFF. */
function isInRange(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second < 0x90;
}

/** Writes a byte below 0x80 as JSON text at `at`; gives where that ends. NUL becomes U+FFFD. */
export function escape(into: Uint8Array, at: number, byte: number): number {
  if (byte === 0) {
    into.set([0xef, 0xbf, 0xbd], at);
    return at + 3;
  }
  into[at] = BACKSLASH;
  if (byte === QUOTE || byte === BACKSLASH) {
    into[at + 1] = byte;
    return at + 2;
  }
  const short = SHORT_ESCAPES[byte - 8] ?? 0;
  if (short !== 0) {
    into[at + 1] = short;
    return at + 2;
  }
  into.set([0x75, 0x30, 0x30, HEX[byte >> 4] ?? 0, HEX[byte & 15] ?? 0], at + 1);
  return at + 6;
}
