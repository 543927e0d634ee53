import type { LogRecord } from '#contract/log-record.ts';

/*
 * A packed line is how a message lies in memory and in scratch files: a line of the corpus without what all lines of a day have in
 * common, and half as long. Little-endian:
 *   u32  second of its UTC day (17 bits), kind (2 bits, by KINDS), characters of the text (13 bits)
 *   u16  bytes of the user's name
 *   u16  bytes of the text
 * then the name and the text, as they stand between the quotes of the line.
 */
export const HEAD_BYTES = 8;
const KINDS = ['message', 'action', 'notice'] as const satisfies readonly LogRecord['kind'][];
/** MAX_TEXT_CHARS keeps names and texts far below these. */
const MOST_BYTES = 0xffff;
const MOST_CHARS = 0x1fff;

/** What a head says, to be packed at `at`. */
export interface Head {
  readonly second: number;
  readonly kind: LogRecord['kind'];
  readonly chars: number;
  readonly userBytes: number;
  readonly textBytes: number;
}

export function pack(
  into: DataView,
  at: number,
  { second, kind, chars, userBytes, textBytes }: Head,
): void {
  if (userBytes > MOST_BYTES || textBytes > MOST_BYTES || chars > MOST_CHARS)
    throw new Error(`A name of ${userBytes} or a text of ${textBytes} bytes is no message's.`);
  into.setInt32(at, second | (KINDS.indexOf(kind) << 17) | (chars << 19), true);
  into.setInt32(at + 4, userBytes | (textBytes << 16), true);
}

/** Second of the day. */
export function secondOf(packed: DataView, at: number): number {
  return packed.getInt32(at, true) & 0x1ffff;
}

export function kindOf(packed: DataView, at: number): LogRecord['kind'] {
  return KINDS[(packed.getInt32(at, true) >>> 17) & 3] ?? 'message';
}

/** Unicode characters of the text. */
export function charsOf(packed: DataView, at: number): number {
  return packed.getInt32(at, true) >>> 19;
}

/** Bytes of name and text in one number: different when either differs. */
export function sizesOf(packed: DataView, at: number): number {
  return packed.getInt32(at + 4, true);
}

/** Where the text begins. */
export function textAt(packed: DataView, at: number): number {
  return at + HEAD_BYTES + (sizesOf(packed, at) & 0xffff);
}

/** After the packed line at `at`. */
export function endOf(packed: DataView, at: number): number {
  const sizes = sizesOf(packed, at);
  return at + HEAD_BYTES + (sizes & 0xffff) + (sizes >>> 16);
}
