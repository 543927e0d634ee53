import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLog } from './reading.ts';

/** What is plain goes by bytes; a number among the fields sends the same message by strings. */
const SLOW = '"n":1,';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    'a',
    ' a ',
    '\u00a0x',
    '\ufeff',
    '"\\/',
    'ñandú €😀',
    '\u007f',
    '\u2028',
    'a\0b',
    'message',
  ),
);
const time = fc.constantFrom(
  '2025-10-21T14:56:12Z',
  '2025-10-21T14:56:12+00:00',
  '2025-10-21T14:56:12.123456+00:00',
  '2025-10-21T14:56:12.5Z',
  '2025-10-21T14:56:12.Z',
  '2025-10-21T14:56:12',
  '2025-10-21 14:56:12Z',
  '2025-10-21T14:56:12-05:00',
  '2025-10-21T24:00:00Z',
  '2025-02-29T00:00:00Z',
  '2024-02-29T23:59:59Z',
  '1969-12-31T23:59:59Z',
  '2200-01-01T00:00:00Z',
  '2025-10-21T14:56:12Zz',
);
const user = fc.oneof(fc.constantFrom('ada', 'x_1', ' ada', 'Ada B', 'é', 'q"'), text);
const escapes = fc.constantFrom<(json: string) => string>(
  (json) => json,
  (json) => json.replaceAll('/', '\\/'),
  (json) =>
    json.replaceAll(
      /[^\u0000-\u007f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
);
const gap = fc.constantFrom('', ' ', '\n      ', '\t\r\n');

function object(fields: readonly (readonly [string, string])[], gap: string, before = ''): string {
  const written = fields.map(([name, value]) => `${gap}"${name}":${gap}${JSON.stringify(value)}`);
  return `{${before}${written.join(`${gap},`)}${gap}}`;
}

function same(name: string, fast: string, slow: string): void {
  const [one, other] = [readLog(name, fast), readLog(name, slow)];
  expect(one.messages).toEqual(other.messages);
  expect(one.notMessages).toBe(other.notMessages);
  expect(one.cut).toBe(other.cut);
  expect(one.quarantined.map(({ reason }) => reason)).toEqual(
    other.quarantined.map(({ reason }) => reason),
  );
}

describe('a message that goes by bytes is the one that goes by strings', () => {
  it('in an array of messages', () => {
    const given = fc.record({ time, user, text, gap, escapes, isTurned: fc.boolean() });
    fc.assert(
      fc.property(given, ({ time, user, text, gap, escapes, isTurned }) => {
        const fields: [string, string][] = [
          ['timestamp', time],
          ['user', user],
          ['badges', 'x'],
          ['message', text],
        ];
        if (isTurned) fields.reverse();
        const [fast = '', slow = ''] = ['', SLOW].map((before) =>
          escapes(`{"messages":[${object(fields, gap, before)}]}`),
        );
        same('a.json', fast, slow);
      }),
      { numRuns: 200 },
    );
  });

  it('in a line of JSON', () => {
    const fields = fc.tuple(
      fc.tuple(fc.constantFrom('ts', 'timestamp'), time),
      fc.tuple(fc.constantFrom('sender', 'user', 'nick'), user),
      fc.tuple(fc.constantFrom('content', 'message', 'text'), text),
      fc.tuple(
        fc.constantFrom('kind', 'channel', 'sender', 'text', 'tsx'),
        fc.constantFrom('message', 'action', 'massage', 'x'),
      ),
    );
    const gap = fc.constantFrom('', ' ', '      ', '\t');
    const end = fc.constantFrom('', ' ', '\r', '\u0001', '\u000b', ' x', '}', ',');
    // the format is found by its first line
    const first = '{"ts":"2025-01-01T00:00:00Z","sender":"first","content":"line"}\n';
    fc.assert(
      fc.property(fc.record({ fields, gap, escapes, end }), ({ fields, gap, escapes, end }) => {
        const [fast = '', slow = ''] = ['', SLOW].map(
          (before) => `${first}${escapes(object(fields, gap, before))}${end}\n`,
        );
        same('a.jsonl', fast, slow);
      }),
      { numRuns: 300 },
    );
  });
});
