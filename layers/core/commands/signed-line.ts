import type { Seals } from '../ports/seals.ts';
import { foldNick } from '../talk/mention.ts';

/** How far apart signing and hearing may be, either way, in seconds. */
export const WINDOW_SECONDS = 60;

const MARK = ' |sig=';
const VERSION = '1';
const SIGNATURE = /^(\d{1,4}):(\d{1,12}):([A-Za-z0-9_-]{16,64}):([0-9a-f]{64})$/;

/** What a signature is over; `text` is the line before it, `timestamp` in unix seconds. */
export interface Signed {
  readonly version: string;
  readonly nonce: string;
  readonly timestamp: number;
  readonly channel: string;
  readonly nick: string;
  readonly text: string;
}

export type BadSignature = 'bad-signature' | 'unknown-version' | 'wrong-signature' | 'expired';

/** The bytes that are sealed: no field can hold a line feed, so no two commands are sealed alike. Channel and nick as IRC compares them. */
function sealedText({ version, nonce, timestamp, channel, nick, text }: Signed): string {
  const where = [foldNick(channel), foldNick(nick)];
  return ['economia-viva command', version, nonce, String(timestamp), ...where, text].join('\n');
}

/** `!cmd args |sig=1:<unix seconds>:<nonce>:<HMAC-SHA256 in hex>`. */
export function signLine(command: Omit<Signed, 'version'>, seals: Pick<Seals, 'seal'>): string {
  const signed = { ...command, version: VERSION };
  const { nonce, timestamp, text } = signed;
  return `${text}${MARK}${VERSION}:${timestamp}:${nonce}:${seals.seal(sealedText(signed))}`;
}

/** A line and its signature, if it has one. */
export function splitLine(line: string): { readonly text: string; readonly signature?: string } {
  const at = line.lastIndexOf(MARK);
  if (at === -1) return { text: line.trim() };
  return { text: line.slice(0, at), signature: line.slice(at + MARK.length).trim() };
}

/** The nonce of a signature that holds now, or why it does not. Whether it was used before is for the book to say. */
export function checkSignature(
  heard: Pick<Signed, 'channel' | 'nick' | 'text'> & { readonly signature: string },
  { now, seals }: { readonly now: Date; readonly seals: Pick<Seals, 'isSeal'> },
): { readonly nonce: string } | { readonly reason: BadSignature } {
  const parts = partsOf(heard.signature);
  if (parts === undefined) return { reason: 'bad-signature' };
  const { version, seconds, nonce, mac } = parts;
  if (version !== VERSION) return { reason: 'unknown-version' };
  const timestamp = Number(seconds);
  const { channel, nick, text } = heard;
  const sealed = sealedText({ version, nonce, timestamp, channel, nick, text });
  if (/[\n\r]/.test(channel + nick + text) || !seals.isSeal(sealed, mac))
    return { reason: 'wrong-signature' };
  const isNow = Math.abs(now.getTime() / 1000 - timestamp) <= WINDOW_SECONDS;
  return isNow ? { nonce } : { reason: 'expired' };
}

function partsOf(signature: string) {
  const [, version, seconds, nonce, mac] = SIGNATURE.exec(signature) ?? [];
  if (version === undefined || seconds === undefined) return undefined;
  if (nonce === undefined || mac === undefined) return undefined;
  return { version, seconds, nonce, mac };
}
