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

/** Cuts one line into parts of at most `max` bytes, at spaces where it can; what does not fit into `maxParts` is cut with an ellipsis. */
export function splitBytes(text: string, max: number, maxParts: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (byteLength(rest) > max && parts.length < maxParts - 1) {
    const whole = head(rest, max);
    const space = whole.lastIndexOf(' ');
    const part = space > whole.length / 2 ? whole.slice(0, space) : whole;
    parts.push(part);
    rest = rest.slice(part.length).trimStart();
  }
  if (rest !== '') parts.push(cutBytes(rest, max));
  return parts;
}

function head(text: string, max: number): string {
  let bytes = 0;
  let end = 0;
  for (const point of text) {
    bytes += byteLength(point);
    if (bytes > max) break;
    end += point.length;
  }
  return text.slice(0, end);
}
