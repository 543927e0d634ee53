import { MAX_TEXT_CHARS } from '#contract/log-limits.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Windows-1252 differs from Latin-1 in 0x80-0x9f only (WHATWG Encoding, index windows-1252). */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const HEAD_BYTES = 200;

/** UTF-8 first (a leading byte order mark is dropped), Windows-1252 for what is none. */
export function decode(bytes: Uint8Array): { readonly text: string; readonly reencoded: boolean } {
  try {
    return { text: utf8.decode(bytes), reencoded: false };
  } catch {
    return { text: Array.from(bytes, windows1252).join(''), reencoded: true };
  }
}

/** Text that any reader can store: no NUL, no half of a surrogate pair, at most MAX_TEXT_CHARS. */
export function safeText(text: string): { readonly text: string; readonly cut: boolean } {
  const cut = text.length > MAX_TEXT_CHARS;
  // a pair cut in half must fall whole, or the text would end in a replacement character
  const short = cut ? text.slice(0, MAX_TEXT_CHARS).replace(/[\ud800-\udbff]$/, '') : text;
  return { text: short.replaceAll('\0', '\ufffd').toWellFormed(), cut };
}

/** The first 200 bytes in printable ASCII: `\xNN` for the rest, `\\` for a backslash. */
export function escapedHead(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, HEAD_BYTES), escapedByte).join('');
}

/** The text `name` of a JSON object; undefined when there is none. */
export function textOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field = Object.getOwnPropertyDescriptor(value, name);
  return typeof field?.value === 'string' ? field.value : undefined;
}

function windows1252(byte: number): string {
  return byte >= 0x80 && byte < 0xa0 ? HIGH.charAt(byte - 0x80) : String.fromCharCode(byte);
}

function escapedByte(byte: number): string {
  if (byte === 0x5c) return '\\\\';
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
