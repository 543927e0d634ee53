/** Texts of one generation of {@link once}. */
const MOST = 25_000;
/** V8 copies a piece of a text up to here; a longer one holds the whole text. */
const COPIED = 12;

let young = new Map<string, string>();
let old = new Map<string, string>();

/**
 * The same text as ever, for texts that many say: kept once, it costs its room once, and what is asked of it later is quick. Of the rest
 * it is forgotten, which changes nothing.
 */
export function once(text: string): string {
  const known = young.get(text);
  if (known !== undefined) return known;
  const before = old.get(text) ?? ownCopy(text);
  if (young.size >= MOST) {
    old = young;
    young = new Map();
  }
  young.set(before, before);
  return before;
}

/** The text in a room of its own size, whatever it was cut out of. */
function ownCopy(text: string): string {
  return text.length > COPIED ? text.split('').join('') : text;
}
