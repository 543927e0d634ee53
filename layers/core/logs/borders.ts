/**
 * How a file may be cut: `json` before an element of an array, a name of LINE_STARTS before a line of that look, `line` before any line.
 * Where a file is cut depends on its bytes alone, so however it was uploaded, the parts are the same.
 */
export type Border = string;

/** A line that sets the day for those after it comes first: without it they could not be read. */
const LINE_STARTS: readonly (readonly [Border, RegExp])[] = [
  ['day-changed', /^--- (?:Day changed|Log opened)/],
  ['twitch', /^\[\d{1,2}\/\d{1,2}\/\d{4} /],
  ['jsonl', /^\{"/],
  ['clock', /^\[\d\d:\d\d/],
  ['iso', /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/],
  ['bare-clock', /^\d\d:\d\d/],
];
/** Between two elements that begin with their time, as every known writer makes them; in a string the quotes would be escaped. */
const BETWEEN_ELEMENTS = /\}\s*,\s*(?=\{\s*"(?:timestamp|ts)"\s*:)/;
/** A border is recognised by no more bytes than these. */
const SEEN_BYTES = 256;
const LINE_START_BYTES = 24;
const LF = 0x0a;

const latin1 = new TextDecoder('latin1');

/** The kind of border for a file that begins so. `head` should be some kilobytes. */
export function borderOf(head: Uint8Array): Border {
  const text = latin1.decode(head).replace(/^(?:\u00ef\u00bb\u00bf|\s)+/, '');
  if (/^\[\s*[{\]]/.test(text) || (text.startsWith('{') && !isObjectLine(text))) return 'json';
  const lines = text.split('\n');
  return LINE_STARTS.find(([, start]) => lines.some((line) => start.test(line)))?.[0] ?? 'line';
}

function isObjectLine(text: string): boolean {
  const end = text.indexOf('\n');
  if (end < 0) return false;
  try {
    JSON.parse(text.slice(0, end));
    return true;
  } catch {
    return false;
  }
}

/**
 * Index of the first border in `bytes`; `undecided` is where one might still begin that more bytes would show, everything before
 * it holds none.
 */
export function findBorder(
  bytes: Uint8Array,
  border: Border,
): { readonly at: number } | { readonly undecided: number } {
  return border === 'json' ? betweenElements(bytes) : lineStart(bytes, border);
}

function betweenElements(bytes: Uint8Array): { at: number } | { undecided: number } {
  const match = BETWEEN_ELEMENTS.exec(latin1.decode(bytes));
  if (match !== null) return { at: match.index + match[0].length };
  return { undecided: Math.max(0, bytes.length - SEEN_BYTES) };
}

function lineStart(bytes: Uint8Array, border: Border): { at: number } | { undecided: number } {
  const start = LINE_STARTS.find(([name]) => name === border)?.[1];
  for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    const seen = bytes.subarray(lf + 1, lf + 1 + LINE_START_BYTES);
    if (seen.length < LINE_START_BYTES) return { undecided: lf };
    if (start === undefined || start.test(latin1.decode(seen))) return { at: lf + 1 };
  }
  return { undecided: bytes.length };
}

const OPENING = new TextEncoder().encode('{"messages":[');
const CLOSING = new TextEncoder().encode(']}');
const NOTHING = new Uint8Array();

/** What a part needs around it to be a file of its own. */
export function wrapping(
  border: Border | undefined,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): { readonly before: Uint8Array; readonly after: Uint8Array } {
  const isJson = border === 'json';
  return {
    before: isJson && !isFirst ? OPENING : NOTHING,
    after: isJson && !isLast ? CLOSING : NOTHING,
  };
}
