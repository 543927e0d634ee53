import type { LogRecord } from '#contract/log-record.ts';
import type { State } from '#core/refinery/state.ts';

/** A message of ana at noon; override what the test is about. */
function aMessage(over: Partial<LogRecord> = {}): LogRecord {
  return { ts: '2025-10-21T12:00:00Z', user: 'ana', text: 'hola', kind: 'message', ...over };
}

/** The texts as messages of one user, a minute apart. */
export function said(texts: readonly string[], user = 'ana'): LogRecord[] {
  return texts.map((text, minute) =>
    aMessage({
      user,
      text,
      ts: new Date(Date.UTC(2025, 9, 21, 12, minute)).toISOString().replace('.000', ''),
    }),
  );
}

/** An array as the stream that readers want. */
export async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

/** All of a stream: tests are small. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** What `state` says of the messages. */
export function recordsOf<R>(state: State<R>, messages: Iterable<LogRecord>): Promise<R[]> {
  for (const message of messages) state.hear(message);
  return Array.fromAsync(state.records());
}
