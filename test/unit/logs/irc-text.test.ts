import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, readLog } from './reading.ts';

const NAME = '2005-02-08.train.txt';
const said = (line: string | Uint8Array) => readLog(NAME, line);

describe('IRC text logs', () => {
  it.each<[line: string, user: string, text: string, kind: string, time: string]>([
    ['[09:14] <ada> hola, ¿qué tal?', 'ada', 'hola, ¿qué tal?', 'message', '09:14:00'],
    ['[09:14:31] <ada> hi', 'ada', 'hi', 'message', '09:14:31'],
    ['[09:14] <@ada> op speaks', 'ada', 'op speaks', 'message', '09:14:00'],
    ['[09:14] < ada> irssi pads', 'ada', 'irssi pads', 'message', '09:14:00'],
    ['[09:14] <ada>  two spaces', 'ada', ' two spaces', 'message', '09:14:00'],
    ['[09:14] <ada> a <b> c: d', 'ada', 'a <b> c: d', 'message', '09:14:00'],
    ['[13:56]  * ada sips a coffee', 'ada', 'sips a coffee', 'action', '13:56:00'],
    ['[13:56] * ada sips', 'ada', 'sips', 'action', '13:56:00'],
    ['[05:12] -a-b:#ubuntu- merry', 'a-b', 'merry', 'notice', '05:12:00'],
    ['[05:12] -ada- merry', 'ada', 'merry', 'notice', '05:12:00'],
    ['[01:09] (ada/#ubuntu) bob: seen?', 'ada', 'bob: seen?', 'message', '01:09:00'],
  ])('reads %j', (line, ...expected) => {
    const [user, text, kind, time] = expected;
    expect(said(`${line}\r\n`)).toMatchObject({
      messages: [{ ts: `2005-02-08T${time}Z`, user, text, kind }],
      notMessages: 0,
      quarantined: [],
    });
  });

  it.each([
    '=== ada [~ada@host] has joined #ubuntu',
    '[09:14] === mode/#ubuntu [+o ada] by ChanServ',
    '[09:14] *** ada sets mode',
    '[09:14] -!- ada has quit',
    '--- Log closed',
    '[09:14] <ada>',
    '[09:14] <ada>    ',
    '',
  ])('knows that %j is not a message', (line) => {
    const found = said(`[00:00] <bob> x\n${line}\n`);

    expect(found).toMatchObject({ notMessages: 1, quarantined: [] });
    expect(found.messages).toHaveLength(1);
  });

  it.each([
    ['[24:00] <ada> late', 'no time'],
    ['[09:60] <ada> late', 'no time'],
    ['stray words', 'no time'],
    ['[09:14] words of nobody', 'no message, action or notice'],
  ])('quarantines %j and keeps its neighbours', (line, reason) => {
    const found = said(`[00:00] <ada> x\n${line}\n[00:01] <ada> y\n`);

    expect(found.messages.map(({ text }) => text)).toEqual(['x', 'y']);
    expect(found.quarantined).toMatchObject([{ offset: 16, line: 2, head: line }]);
    expect(found.quarantined[0]?.reason).toContain(reason);
  });

  it.each([
    ['2005-02-30.txt', "the name's date 2005-02-30 does not exist"],
    ['20051301.txt', "the name's date 20051301 does not exist"],
    ['full.txt', 'the name holds no date'],
  ])('refuses %s', (name, reason) => {
    const found = readLog(name, '[00:00] <ada> x\n');

    expect(found.refused).toContain(reason);
    expect(found.messages).toEqual([]);
  });

  it('takes the day from a folder when the file names none', () => {
    expect(readLog('20240229/full.txt', '[00:00] <ada> x').messages[0]?.ts).toBe(
      '2024-02-29T00:00:00Z',
    );
  });

  it('reads Windows-1252 where a line is no UTF-8, and counts it', () => {
    const line = Uint8Array.from([...bytesOf('[00:00] <ada> '), 0x80, 0xf1, 0x92]);
    const found = said(Uint8Array.from([...line, ...bytesOf('\n[00:01] <bob> ñ\n')]));

    expect(found.messages.map(({ text }) => text)).toEqual(['€ñ’', 'ñ']);
    expect(found.reencoded).toBe(1);
  });

  it('makes NUL safe, drops a byte order mark, and cuts a huge text without halving a character', () => {
    const huge = `${'x'.repeat(3999)}😀`;
    const found = said(`\ufeff[00:00] <ada> a\0b\n[00:01] <ada> ${huge}\n`);

    expect(found.messages.map(({ text }) => text)).toEqual(['a\ufffdb', 'x'.repeat(3999)]);
    expect(found.cut).toBe(1);
  });

  it('quarantines a line of more than 1 MiB once, keeping its neighbours and their offsets', () => {
    const long = `[00:01] <ada> ${'x'.repeat(3_000_000)}`;
    const found = readLog(NAME, `[00:00] <ada> a\n${long}\n[00:02] <ada> b\nodd\n`, {
      chunk: 65_536,
    });

    expect(found.messages.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(found.quarantined.map(({ offset, line }) => [offset, line])).toEqual([
      [16, 2],
      [16 + long.length + 1 + 16, 4],
    ]);
  });

  it('finds the same however the bytes arrive', () => {
    const text =
      '\ufeff[00:00] <ada> ñ😀\r\n=== x\r\nodd\n\n[00:01]  * bob waves\n[00:02] <eve> torn';
    const whole = said(text);

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (chunk) => {
        expect(readLog(NAME, text, { chunk })).toEqual(whole);
      }),
    );
    expect(whole.messages).toHaveLength(3);
  });
});
