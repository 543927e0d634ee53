/**
 * JSON in ASCII alone. SQS refuses some characters even inside strings, U+FFFE for one, and so does its local stand-in every emoji: nobody
 * on IRC may be able to make a message that cannot be sent.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
