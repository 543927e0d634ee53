import type { LogRecord } from '#contract/log-record.ts';
import { LogParser } from '#core/logs/parse.ts';
import { escapedHead } from '#core/logs/text.ts';
import { clockOf } from '#core/logs/time.ts';

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
  const parser = new LogParser(name, clockOf(zone), {
    message: (record) => found.messages.push(record),
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
  return found;
}
