/** Whole seconds from one ISO time to now; never negative, for clocks may differ. */
export function secondsSince(at: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000));
}

/** Hostile text must not drive the terminal: control characters, and marks that turn the direction of writing, become spaces. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]|\p{Bidi_Control}/gu, ' ');
}

/** Any value on one line: text as it is, the rest as JSON. */
export function inLine(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
