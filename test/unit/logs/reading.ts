import type { LogRecord } from '#contract/log-record.ts';
import { LineArena } from '#core/logs/line-arena.ts';
import { LineWriter, linesInPlace } from '#core/logs/line-writer.ts';
import { LogParser } from '#core/logs/parse.ts';
import { parseRecordLine } from '#core/logs/record-line.ts';
import { escapedHead } from '#core/logs/text.ts';
import { clockOf } from '#core/logs/time.ts';
import { Window } from '#core/logs/window.ts';

export interface Reading {
  messages: LogRecord[];
  notMessages: number;
  quarantined: { offset: number; line: number; reason: string; head: string }[];
  refused: string | undefined;
  reencoded: number;
  cut: number;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The messages in NDJSON. */
export function recordsOf(bytes: Uint8Array): LogRecord[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return text.split('\n').slice(0, -1).map(parseRecordLine);
}

/** What the parser finds in a file, given in chunks of `chunk` bytes. */
export function readLog(
  name: string,
  content: string | Uint8Array,
  { chunk = 1_000_000, zone = 'UTC' } = {},
): Reading {
  const found: Reading = {
    messages: [],
    notMessages: 0,
    quarantined: [],
    refused: undefined,
    reencoded: 0,
    cut: 0,
  };
  const lines = new LineArena(64);
  const parser = new LogParser(name, clockOf(zone), {
    lines,
    window: new Window(),
    wrote: () => undefined,
    message: (said) => {
      lines.add(said);
    },
    notMessage: () => (found.notMessages += 1),
    quarantined: ({ offset, line, reason, bytes }) =>
      found.quarantined.push({ offset, line, reason, head: escapedHead(bytes) }),
    refuse: ({ reason }) => (found.refused = reason),
    reencoded: () => (found.reencoded += 1),
    cut: () => (found.cut += 1),
  });
  const bytes = typeof content === 'string' ? bytesOf(content) : content;
  for (let at = 0; at < bytes.length; at += chunk) parser.push(bytes.slice(at, at + chunk));
  parser.end();
  const pieces = linesInPlace(lines, new LineWriter());
  found.messages = Array.from(pieces, (piece) => recordsOf(piece.bytes)).flat();
  return found;
}
