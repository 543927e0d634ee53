import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { agent, collectAll, house, manifestOf, messagesOf, upload } from './house.ts';
import { bytesOf } from './reading.ts';

interface Said {
  readonly minute: number;
  readonly user: string;
  readonly text: string;
}

const said = fc.record({
  minute: fc.nat(3),
  user: fc.constantFrom('ada', 'bob', 'ñu'),
  text: fc.constantFrom('hola', 'gm: <x> "q" \\', '😀 ¡épico!', '[1/1/2025', '{"a":1}'),
});

const day = '2025-10-21';
const clock = ({ minute }: Said) => `01:0${minute}:00`;
const jsonLines = (field: string) => (all: readonly Said[]) =>
  all
    .map((one) => {
      const { user: sender, text } = one;
      const ts = `${day}T${clock(one)}+00:00`;
      return JSON.stringify({ ts, sender, channel: '#c', [field]: text });
    })
    .join('\n');
const chat = (indent: number | undefined, more: object) => (all: readonly Said[]) =>
  JSON.stringify(
    {
      stream_id: 's',
      messages: all.map((one) => ({
        timestamp: `${day}T${clock(one)}Z`,
        user: one.user,
        message: one.text,
      })),
      ...more,
    },
    undefined,
    indent,
  );
const lines = (write: (one: Said) => string) => (all: readonly Said[]) =>
  all.map((one) => `${write(one)}\n`).join('');

/** Every format of the issue, as its known writers write it: A, A', B, B', C, D, and T in its four looks. */
const FORMATS: readonly ((all: readonly Said[]) => string)[] = [
  lines((one) => `[10/21/2025 1:0${one.minute}:00 AM] ${one.user}: ${one.text}`),
  lines(
    (one) =>
      `[10/21/2025 1:0${one.minute}:00 AM] unknown: ${one.user}!x@x.tmi.twitch.tv PRIVMSG #c :${one.text}`,
  ),
  chat(2, { statistics: { most_active_users: [{ user: 'ada', count: 1 }] } }),
  chat(undefined, { metadata: { format_version: '1.0', last_updated: day } }),
  jsonLines('content'),
  jsonLines('message'),
  lines((one) => `[${clock(one).slice(0, 5)}] <${one.user}> ${one.text}`),
  lines((one) => `[${clock(one)}] <${one.user}> ${one.text}`),
  (all) =>
    `--- Log opened Tue Oct 21 00:00:00 2025\n${lines((one) => `${clock(one).slice(0, 5)} <@${one.user}> ${one.text}`)(all)}`,
  lines((one) => `${day} ${clock(one)}\t${one.user}\t${one.text}`),
];
const PACKINGS: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
  (bytes) => bytes,
  (bytes) => gzipSync(bytes),
  (bytes) => zstdCompressSync(bytes),
];

const anUpload = fc.record({
  format: fc.nat(FORMATS.length - 1),
  packing: fc.nat(PACKINGS.length - 1),
  isCrlf: fc.boolean(),
  hasBom: fc.boolean(),
  all: fc.array(said, { minLength: 1, maxLength: 8 }),
});
type Given = typeof anUpload extends fc.Arbitrary<infer T> ? T : never;

function bytesOfUpload({ format, packing, isCrlf, hasBom, all }: Given): Uint8Array {
  const text = FORMATS[format]?.(all) ?? '';
  const ended = isCrlf ? text.replaceAll('\n', '\r\n') : text;
  const bytes = bytesOf(`${hasBom ? '\ufeff' : ''}${ended}`);
  return PACKINGS[packing]?.(bytes) ?? bytes;
}

/** Of equal messages those of the source that has most, of several the first by name; in order of time, source, position. */
function reference(uploads: ReadonlyMap<string, Given>): LogRecord[] {
  const everything = [...uploads].flatMap(([source, { all }]) =>
    all.map((one, position) => ({
      source,
      position,
      record: {
        ts: `${day}T${clock(one)}Z`,
        user: one.user,
        text: one.text,
        kind: 'message' as const,
      },
    })),
  );
  const kept = everything.filter(({ source, record }) => {
    const key = JSON.stringify(record);
    const copies = new Map<string, number>();
    for (const other of everything)
      if (JSON.stringify(other.record) === key)
        copies.set(other.source, (copies.get(other.source) ?? 0) + 1);
    const most = Math.max(...copies.values());
    const [first] = [...copies]
      .filter(([, count]) => count === most)
      .map(([name]) => name)
      .sort();
    return source === first;
  });
  const place = ({ source, position, record }: (typeof kept)[number]) =>
    `${record.ts} ${source} ${String(position).padStart(3, '0')}`;
  return kept.sort((a, b) => (place(a) < place(b) ? -1 : 1)).map(({ record }) => record);
}

describe('a corpus of every format', () => {
  it('is what a plain reference says, for any order, repetition and batching of the uploads, plain or compressed', async () => {
    const uploads = fc.array(anUpload, { minLength: 1, maxLength: 5 });
    const dice = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(uploads, dice, async (given, rolls) => {
        // the date in the folder is for those that have none
        const named = new Map(given.map((one, n) => [`${n}/${day}.log`, one]));
        const services = house();
        const events = [...named].map(([name, one]) => upload(services, name, bytesOfUpload(one)));
        const shuffled = [...events, ...events]
          .map((event, n) => ({ event, at: rolls[n] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event);
        const cut = (rolls.at(-1) ?? 0) % (shuffled.length + 1);
        await collectAll(services, [shuffled.slice(0, cut), shuffled.slice(cut)]);

        expect(await messagesOf(services)).toEqual(reference(named));
        expect(manifestOf(services).counts.quarantined).toBe(0);
        const calm = house();
        await collectAll(calm, [
          [...named].map(([name, one]) => upload(calm, name, bytesOfUpload(one))),
        ]);
        expect(services.pointers.pointers.get(agent)?.version).toBe(
          calm.pointers.pointers.get(agent)?.version,
        );
      }),
      { numRuns: 80 },
    );
  });

  it('makes lone halves of surrogate pairs and NUL safe in all of them', async () => {
    const services = house();
    const odd = { minute: 0, user: 'ada', text: 'a\ud800b\0c' };
    const events = FORMATS.map((write, n) => {
      const written = write([odd, { ...odd, text: 'next' }]);
      return upload(services, `${n}/${day}.log`, written);
    });
    await collectAll(services, [events]);
    const texts = (await messagesOf(services)).map(({ text }) => text);
    expect(texts).toEqual(['a\ufffdb\ufffdc', 'next']);
    expect(manifestOf(services).counts).toMatchObject({ quarantined: 0, messages: 20 });
  });
});
