const encoder = new TextEncoder();

/** Length in UTF-8 bytes: what IRC counts. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/**
 * Any text as one line: CR, LF, NUL and every other control character (ASCII 0-31 and 127, so also colour codes and CTCP)
 * become spaces, runs of white space one space, lone surrogates U+FFFD.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** The longest head of at most `max` bytes that ends between code points; an ellipsis marks a cut. */
export function cutBytes(text: string, max: number): string {
  if (byteLength(text) <= max) return text;
  const ellipsis = '…';
  return head(text, max - byteLength(ellipsis)).trimEnd() + ellipsis;
}

/**
 * Cuts one line into parts of at most `max` bytes: at spaces where it can, else between graphemes, so that no accent or emoji is torn.
 * What does not fit into `maxParts` is cut off; an ellipsis, and `link` behind it when there is one, mark the cut.
 */
export function splitBytes(
  text: string,
  max: number,
  { maxParts, link }: { readonly maxParts: number; readonly link?: string | undefined },
): string[] {
  const parts: string[] = [];
  let rest = text;
  while (byteLength(rest) > max && parts.length < maxParts - 1) {
    const part = line(rest, max);
    parts.push(part.trimEnd());
    rest = rest.slice(part.length).trimStart();
  }
  if (byteLength(rest) <= max) return rest === '' ? parts : [...parts, rest];
  const ending = link === undefined || byteLength(link) > max / 2 ? '' : ` ${link}`;
  return [...parts, cutBytes(rest, max - byteLength(ending)) + ending];
}

/** The longest head that ends at a space, unless that wastes more than half of it. */
function line(text: string, max: number): string {
  const whole = head(text, max);
  if (text.charAt(whole.length) === ' ') return whole;
  const space = whole.lastIndexOf(' ');
  return space > whole.length / 2 ? whole.slice(0, space) : whole;
}

/** Made for the first long line: ICU goes through all locales that it knows, 10 ms of CPU that a start has no use for. */
let graphemes: Intl.Segmenter | undefined;

/** The longest head of whole graphemes; of a grapheme that is itself too long, as many code points as fit. */
function head(text: string, max: number): string {
  // no byte is less than a code unit, so that what is looked at is bounded however long the text
  const near = text.slice(0, max + 1);
  let bytes = 0;
  let end = 0;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(near)) {
    bytes += byteLength(segment);
    if (bytes > max) break;
    end += segment.length;
  }
  return end > 0 ? text.slice(0, end) : headOfPoints(near, max);
}

function headOfPoints(text: string, max: number): string {
  let bytes = 0;
  let end = 0;
  for (const point of text) {
    bytes += byteLength(point);
    if (bytes > max) break;
    end += point.length;
  }
  return text.slice(0, end);
}
