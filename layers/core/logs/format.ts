import { STAMP } from './full-text.ts';
import { isJsonLine } from './json-lines.ts';

export type Format = 'chat-json' | 'json-lines' | 'full-text' | 'irc-text';

const LOOKED_AT = 500;
const START_BYTES = 2048;
const text = new TextDecoder();
/** A document that begins as it should: looked for first, because it is most of what comes. */
const DOCUMENT = /^\s*\{[^]*?"messages"\s*:\s*\[/;
/** No line of JSON begins so, unless it is damaged. */
const TEXT_LINE = /^(?:\[\d|\d\d)/m;
const IRC_LINE =
  /^(?:\[\d\d:\d\d(?::\d\d)?\] |=== |\d\d:\d\d(?::\d\d)? (?:<| ?\* |-)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t)/;

/**
 * The format that most of a file's beginning is in, so that a damaged first line costs no more than itself. Undefined when nothing
 * in it is known.
 */
export function formatOf(bytes: Uint8Array): Format | undefined {
  const start = text.decode(bytes.subarray(0, START_BYTES));
  if (DOCUMENT.test(start) && !TEXT_LINE.test(start)) return 'chat-json';
  const head = text.decode(bytes);
  const lines = head.split(/\r?\n/, LOOKED_AT);
  const elements = head.match(/"timestamp"\s*:/g)?.length ?? 0;
  const votes: [Format, number][] = [
    ['json-lines', lines.filter(isJsonLine).length],
    ['chat-json', Math.max(elements, /"messages"\s*:\s*\[/.test(head) ? 0.5 : 0)],
    ['full-text', lines.filter((line) => STAMP.test(line)).length],
    ['irc-text', lines.filter((line) => IRC_LINE.test(line)).length],
  ];
  const [format, most] = votes.reduce((best, vote) => (vote[1] > best[1] ? vote : best));
  return most > 0 ? format : undefined;
}

/** The format of a beginning in which nothing is known, by how it begins. */
export function guess(bytes: Uint8Array): Format | undefined {
  const head = text.decode(bytes.subarray(0, START_BYTES));
  // a first line longer than all that was looked at, which would be a record
  if (/^\s*\{\s*"(?:ts|timestamp)"/.test(head)) return 'json-lines';
  return /^\s*(?:\{|\[\s*[{\]])/.test(head) ? 'chat-json' : undefined;
}
