import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, readLog } from './reading.ts';

const NAME = 'chat_logs_20251023.json';
const texts = (content: string | Uint8Array) =>
  readLog(NAME, content).messages.map(({ text }) => text);

function chat(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    timestamp: `2025-10-23T19:00:${String(index % 60).padStart(2, '0')}Z`,
    user: `user_${index % 3}`,
    message: `m${index} "quoted" {brace] \\ ñ😀 "messages": [`,
  }));
}

function bulk(messages: unknown[]) {
  return {
    stream_id: 'stream_20251023_001',
    stream_title: 'about "messages": [{"timestamp"',
    messages,
    statistics: { messages_per_minute: 1, most_active_users: [{ user: 'user_0', count: 2 }] },
    metadata: { format_version: '1.0' },
  };
}

function sync(messages: unknown[]) {
  return { total_messages: messages.length, messages, metadata: { last_updated: 'now' } };
}

describe('chat_logs JSON', () => {
  it.each([
    ['bulk, compact', JSON.stringify(bulk(chat(5)))],
    ['bulk, pretty', JSON.stringify(bulk(chat(5)), null, 2)],
    ['sync, pretty', JSON.stringify(sync(chat(5)), null, 2)],
    ['the bare array', JSON.stringify(chat(5))],
    ['with a byte order mark', `\ufeff${JSON.stringify(bulk(chat(5)))}\r\n`],
    ['messages last', JSON.stringify({ a: [], messages: chat(5) })],
  ])('reads %s', (_, content) => {
    const found = readLog(NAME, content);

    expect(found).toMatchObject({ notMessages: 0, quarantined: [], refused: undefined });
    expect(found.messages).toEqual(
      chat(5).map(({ timestamp, user, message }) => ({
        ts: timestamp,
        user,
        text: message,
        kind: 'message',
      })),
    );
  });

  it.each([
    ['2025-10-23T19:00:15Z', 'UTC', '2025-10-23T19:00:15Z'],
    ['2025-10-23T19:00:15.987Z', 'UTC', '2025-10-23T19:00:15Z'],
    ['2025-10-23T19:00:15+00:00', 'UTC', '2025-10-23T19:00:15Z'],
    ['2025-10-23T19:00:15-05:00', 'UTC', '2025-10-24T00:00:15Z'],
    ['2025-10-23 19:00:15', 'America/Bogota', '2025-10-24T00:00:15Z'],
    ['2025-10-26T02:30:00', 'Europe/Madrid', '2025-10-26T00:30:00Z'],
    ['2025-03-30T02:30:00', 'Europe/Madrid', '2025-03-30T01:30:00Z'],
    ['2025-07-01T12:00:00', 'Europe/Madrid', '2025-07-01T10:00:00Z'],
  ])('understands the time %s in %s', (timestamp, zone, ts) => {
    const content = JSON.stringify([{ timestamp, user: 'a', message: 'm' }]);

    expect(readLog(NAME, content, { zone }).messages[0]?.ts).toBe(ts);
  });

  it.each([
    ['a date that does not exist', '{"timestamp":"2025-02-30T00:00:00Z","user":"a","message":"m"}'],
    ['no time', '{"timestamp":"yesterday","user":"a","message":"m"}'],
    ['no user', '{"timestamp":"2025-10-23T19:00:15Z","message":"m"}'],
    ['a number for a text', '{"timestamp":"2025-10-23T19:00:15Z","user":"a","message":7}'],
    ['a string never ended', '{"timestamp":"2025-10-23T19:00:15Z","user":"a","message":"m}'],
    ['a brace never closed', '{"timestamp":"2025-10-23T19:00:15Z","user":"a","message":"m"'],
    ['a bare word', '{"timestamp":oops,"user":"a","message":"m"}'],
    ['no object', '"text"'],
    ['a stray bracket', ']'],
    ['deep nesting', `{"a":${'['.repeat(5000)}`],
  ])('quarantines %s and keeps its neighbours', (_, broken) => {
    const [first, last] = chat(2).map((message) => JSON.stringify(message));
    for (const glue of [',', ',\n']) {
      const prefix = `{"messages":[${first}${glue}`;
      const found = readLog(NAME, `${prefix}${broken}${glue}${last}],"metadata":{}}`);

      expect(found.messages.map(({ text }) => text.slice(0, 2))).toEqual(['m0', 'm1']);
      expect(found.quarantined).toHaveLength(1);
      expect(found.quarantined[0]).toMatchObject({
        offset: bytesOf(prefix).length,
        line: glue.length,
      });
    }
  });

  it('keeps what stands before a cut among the messages, and says so', () => {
    const bytes = bytesOf(JSON.stringify(bulk(chat(6)), null, 1));
    const all = texts(bytes);
    const text = new TextDecoder().decode(bytes);
    const beginsAt = bytesOf(text.slice(0, text.indexOf('"messages": [\n'))).length + 13;
    const endsAt = bytesOf(text.slice(0, text.indexOf(']', text.lastIndexOf('\n  }')))).length;

    fc.assert(
      fc.property(fc.integer({ min: beginsAt, max: endsAt }), (length) => {
        const found = readLog(NAME, bytes.slice(0, length));

        const kept = found.messages.map(({ text }) => text);
        expect(kept).toEqual(all.slice(0, kept.length));
        expect(found.quarantined.map(({ reason }) => reason)).toEqual([
          'the file is cut in the middle',
        ]);
      }),
    );
  });

  it('finds the same however the bytes arrive', () => {
    const content = JSON.stringify(bulk([...chat(3), { odd: true }, ...chat(2)]), null, 2).replace(
      '"odd"',
      'odd',
    );
    const whole = readLog(NAME, content);

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (chunk) => {
        expect(readLog(NAME, content, { chunk })).toEqual(whole);
      }),
    );
    expect(whole.messages).toHaveLength(5);
    expect(whole.quarantined).toHaveLength(1);
  });

  it('never throws and never loses what follows, whatever is spliced in', () => {
    const [first, last] = chat(2).map((message) => JSON.stringify(message));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const found = readLog(
          NAME,
          Uint8Array.from([
            ...bytesOf(`{"messages":[${first},`),
            ...noise,
            ...bytesOf(`\n,${last}]}`),
          ]),
        );
        expect(found.messages.at(0)?.text).toContain('m0');
        expect(found.messages.at(-1)?.text).toContain('m1');
      }),
      { numRuns: 300 },
    );
  });

  it('quarantines a huge element once, in bounded memory, and goes on', () => {
    const [first, last] = chat(2).map((message) => JSON.stringify(message));
    const huge = `{"timestamp":"2025-10-23T19:00:15Z","user":"a","message":"${'{x'.repeat(1_500_000)}"}`;
    const found = readLog(NAME, `{"messages":[${first},${huge},${last}]}`, { chunk: 65_536 });

    expect(found.messages.map(({ text }) => text.slice(0, 2))).toEqual(['m0', 'm1']);
    expect(found.quarantined.map(({ reason }) => reason)).toEqual([
      'the element is longer than 1 MiB',
    ]);
  });
});

describe('the format', () => {
  it.each([
    ['', 'the file is empty'],
    [' \r\n\n', 'the file holds nothing but white space'],
    ['hello world\n', 'no known format'],
    ['{"a":1}', 'no array "messages"'],
    ['{"messages":', 'no array "messages"'],
    ['\u0000\u0001\u0002', 'no known format'],
  ])('refuses %j with a reason', (content, reason) => {
    const found = readLog(NAME, content);

    expect(found.refused).toContain(reason);
    expect(found).toMatchObject({ messages: [], notMessages: 0, quarantined: [] });
  });

  it('is found by content, whatever the name says', () => {
    expect(readLog('2025-10-23.txt', JSON.stringify(chat(1))).messages).toHaveLength(1);
    expect(readLog('chat_logs_20251023.json', '[19:00] <ada> hi').messages).toEqual([
      { ts: '2025-10-23T19:00:00Z', user: 'ada', text: 'hi', kind: 'message' },
    ]);
  });
});
