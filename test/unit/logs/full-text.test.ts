import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectAll, house, messagesOf, upload } from './house.ts';
import { bytesOf, readLog } from './reading.ts';

const NAME = 'full.txt';
const at = (time: string, rest = 'ada: hi') => `[10/21/2025 ${time}] ${rest}`;

describe('Twitch full.txt', () => {
  it.each([
    ['2:56:12 PM', '14:56:12'],
    ['12:00:00 AM', '00:00:00'],
    ['12:59:59 PM', '12:59:59'],
    ['1:05:09 am', '01:05:09'],
    ['02:56:12 PM', '14:56:12'],
  ])('reads %s as %s', (twelve, time) => {
    expect(readLog(NAME, `${at(twelve)}\r\n`)).toMatchObject({
      messages: [{ ts: `2025-10-21T${time}Z`, user: 'ada', text: 'hi', kind: 'message' }],
      quarantined: [],
    });
  });

  it.each([
    ['a plain line', 'ada: que más: ya'],
    ['quotes and backslashes', 'ada: "a\\b"\tc'],
    ['a name that JSON must escape', 'a"d: x'],
    ['text that begins with no-break space', 'ada: \u00a0x'],
    ['text that begins with an emoji', 'ada: 😀 ¡épico!'],
    ['control characters', 'ada: a\u0001\u001f\u007fb'],
  ])('writes %s as JSON.stringify does', (_, rest) => {
    const [user = '', text = ''] = rest.split(/: (.*)/s);
    expect(readLog(NAME, at('1:00:00 AM', rest)).messages).toEqual([
      { ts: '2025-10-21T01:00:00Z', user, text, kind: 'message' },
    ]);
  });

  it('takes wall clocks in their zone: the first pass of a repeated hour, and past the gap of a skipped one', () => {
    const read = (stamp: string, zone: string) =>
      readLog(NAME, `[${stamp}] ada: hi\n`, { zone }).messages[0]?.ts;

    expect(read('10/21/2025 11:30:00 PM', 'America/Bogota')).toBe('2025-10-22T04:30:00Z');
    expect(read('11/2/2025 1:30:00 AM', 'America/New_York')).toBe('2025-11-02T05:30:00Z');
    expect(read('3/9/2025 2:30:00 AM', 'America/New_York')).toBe('2025-03-09T07:30:00Z');
  });

  it('joins the lines of a message that has several, and drops blank ones', () => {
    const text = `${at('1:00:00 AM', 'ada: one')}\ntwo "x"\n\nthree\n${at('1:00:01 AM')}\n`;

    for (const chunk of [1, 7, 1000]) {
      expect(readLog(NAME, text, { chunk })).toMatchObject({
        messages: [{ text: 'one\ntwo "x"\nthree' }, { text: 'hi' }],
        notMessages: 1,
        quarantined: [],
      });
    }
  });

  it.each([
    ['a torn last line', '[10/21/2025 2:56', 'torn'],
    ['an hour that no clock shows', '[10/21/2025 13:00:00 PM] ada: x', 'time does not exist'],
    ['a day that no calendar has', '[2/30/2025 1:00:00 PM] ada: x', 'time does not exist'],
    ['a year far off', '[1/1/2999 1:00:00 PM] ada: x', 'time does not exist'],
    ['a line without a user', '[10/21/2025 1:00:00 PM] words', 'no "user: message"'],
  ])('quarantines %s and keeps its neighbours', (_, line, reason) => {
    const found = readLog(NAME, `${at('1:00:00 AM')}\n${line}\n${at('1:00:02 AM')}\n`);

    expect(found.messages).toHaveLength(2);
    expect(found.quarantined).toMatchObject([{ line: 2, head: line }]);
    expect(found.quarantined[0]?.reason).toContain(reason);
  });

  it('knows actions, and that joins of the unknown are not messages', () => {
    const found = readLog(
      NAME,
      [
        at('1:00:00 AM', 'ada: \u0001ACTION waves\u0001'),
        at('1:00:01 AM', 'unknown: ada!ada@x JOIN #c'),
        at('1:00:02 AM', 'ada:'),
      ].join('\n'),
    );

    expect(found.messages).toMatchObject([{ text: 'waves', kind: 'action' }]);
    expect(found).toMatchObject({ notMessages: 2, quarantined: [] });
  });

  it('quarantines a line of 10 MB once, and reads Windows-1252 where it must', () => {
    const huge = at('1:00:01 AM', `ada: ${'x'.repeat(10_485_760)}`);
    const bytes = Buffer.concat([
      bytesOf(`${at('1:00:00 AM')}\n${huge}\n${at('1:00:02 AM', 'ada: a')}`),
      Uint8Array.of(0xf1),
    ]);
    const found = readLog(NAME, bytes, { chunk: 65_536 });

    expect(found.messages.map(({ text }) => text)).toEqual(['hi', 'añ']);
    expect(found.quarantined).toMatchObject([{ line: 2, reason: 'the line is longer than 1 MiB' }]);
    expect(found.reencoded).toBe(1);
  });

  it('finds the same however the bytes arrive', () => {
    const text = `\ufeff${at('1:00:00 AM', 'ada: ñ😀')}\r\nmore\n\n${at('1:00:02 AM', 'unknown: x')}\nodd\n[10/2`;
    const whole = readLog(NAME, text);

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (chunk) => {
        expect(readLog(NAME, text, { chunk })).toEqual(whole);
      }),
    );
    expect(whole.messages).toHaveLength(2);
  });
});

describe('every format', () => {
  const said = [
    [
      'chat.json',
      JSON.stringify({
        messages: [{ timestamp: '2025-10-21T01:00:00Z', user: 'ada', message: 'hi' }],
      }),
    ],
    ['full.txt', at('1:00:00 AM')],
    ['irc.json', '{"ts":"2025-10-21T01:00:00+00:00","sender":"ada","channel":"#c","content":"hi"}'],
    [
      'inbox.jsonl',
      '{"ts":"2025-10-21T01:00:00+00:00","sender":"ada","channel":"#c","message":"hi"}',
    ],
    ['2025-10-21.ubuntu', '[01:00] <ada> hi\n=== x'],
    ['2025-10-21.znc', '[01:00:00] <ada> hi\n[01:00:01] *** Joins: x (y@z)'],
    [
      'irssi',
      '--- Log opened Tue Oct 21 00:00:00 2025\n01:00 <@ada> hi\n01:01 -!- x [y@z] has joined #c',
    ],
    ['weechat', '2025-10-21 01:00:00\tada\thi\n2025-10-21 01:00:01\t-->\tx joined'],
  ] as const;

  it.each(said)('reads %s, plain and compressed, as the same message', async (name, content) => {
    const services = house();
    for (const [ending, bytes] of [
      ['', bytesOf(content)],
      ['.gz', gzipSync(content)],
      ['.zst', zstdCompressSync(content)],
    ] as const) {
      await collectAll(services, [[upload(services, `${name}${ending}`, bytes)]]);
    }
    expect(await messagesOf(services)).toEqual([
      { ts: '2025-10-21T01:00:00Z', user: 'ada', text: 'hi', kind: 'message' },
    ]);
  });

  it('is found by content in one prefix of mixed names', async () => {
    const services = house();
    const events = said.map(([, content], index) =>
      upload(services, `${index}/20251021.log`, content),
    );
    await collectAll(services, [events]);

    expect(await messagesOf(services)).toHaveLength(1);
  });
});
