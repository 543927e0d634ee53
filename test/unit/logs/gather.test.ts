import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { gatherAll } from './gathering.ts';
import { collectAll, house, manifestOf, upload } from './house.ts';

const said = fc.record({
  second: fc.nat(5),
  day: fc.integer({ min: 1, max: 3 }),
  user: fc.nat(2),
  text: fc.constantFrom('a', 'ñ😀', 'q"\\', 'tab\t'),
});
interface Said {
  second: number;
  day: number;
  user: number;
  text: string;
}
const files = fc.dictionary(
  fc.constantFrom('a', 'b.json', 'c/a', 'full.txt', 'z'),
  fc.array(said, { maxLength: 25 }),
  { minKeys: 1, noNullPrototype: true },
);

/** Each name stands for a format, all of which say the same. */
function written(name: string, all: readonly Said[]): string {
  if (name !== 'full.txt') {
    return JSON.stringify({
      messages: all.map(({ second, day, user, text }) => ({
        timestamp: `2025-10-0${day}T00:00:0${second}Z`,
        user: `u${user}`,
        message: text,
      })),
    });
  }
  return `${all.map(({ second, day, user, text }) => `[10/${day}/2025 12:00:0${second} AM] u${user}: ${text}\n`).join('')}\n[10/1`;
}

/** Design section 5, with everything in memory at once. */
function reference(given: Readonly<Record<string, readonly Said[]>>): LogRecord[] {
  const all = Object.entries(given).flatMap(([source, said]) =>
    said.map(({ second, day, user, text }, position) => ({
      source,
      position,
      record: {
        ts: `2025-10-0${day}T00:00:0${second}Z`,
        user: `u${user}`,
        text,
        kind: 'message' as const,
      },
    })),
  );
  const kept = [...Map.groupBy(all, ({ record }) => JSON.stringify(record)).values()].flatMap(
    (copies) => {
      const bySource = [...Map.groupBy(copies, ({ source }) => source)].sort(([a], [b]) =>
        a < b ? -1 : 1,
      );
      const most = Math.max(...bySource.map(([, { length }]) => length));
      return bySource.find(([, { length }]) => length === most)?.[1] ?? [];
    },
  );
  const key = ({ source, position, record }: (typeof all)[number]) =>
    `${record.ts} ${source.padEnd(9, '\0')} ${String(position).padStart(4, '0')}`;
  return kept.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ record }) => record);
}

describe('a whole collection', () => {
  it('is what its definition says, in any memory, and has the hash that the collector in the cloud comes to', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 100, max: 4000 }), async (given, heldBytes) => {
        const contents = Object.fromEntries(
          Object.entries(given).map(([name, all]) => [name, written(name, all)]),
        );
        const backwards = Object.fromEntries(Object.entries(contents).reverse());
        const gathered = await gatherAll(contents, { heldBytes });
        const again = await gatherAll(backwards, { heldBytes: 1_000_000, chunk: 7 });
        const cloud = house();
        await collectAll(
          cloud,
          Object.entries(contents).map(([name, content]) => [upload(cloud, name, content)]),
        );

        expect(gathered.lines).toEqual(reference(given));
        expect(again.lines).toEqual(gathered.lines);
        expect(again.version).toBe(gathered.version);
        expect(manifestOf(cloud).version).toBe(gathered.version);
        const { read, stored, duplicates, notMessages, quarantined } = gathered.counts;
        expect(read).toBe(stored + duplicates + notMessages + quarantined);
        expect(stored).toBe(gathered.lines.length);
      }),
      { numRuns: 60 },
    );
  });

  it('counts what each user said', async () => {
    const content = written('a', [
      { second: 1, day: 1, user: 1, text: 'ñ😀' },
      { second: 2, day: 3, user: 1, text: 'q"\\' },
      { second: 0, day: 2, user: 0, text: 'tab\t' },
    ]);
    const { documents, users } = await gatherAll({ a: content, copy: content });

    const [first, second] = (documents.get('users.ndjson') ?? '').split('\n').slice(0, -1);
    expect(users).toBe(2);
    expect(JSON.parse(first ?? '')).toEqual({
      user: 'u1',
      messages: 2,
      chars: 5,
      days: 2,
      first: '2025-10-01T00:00:01Z',
      last: '2025-10-03T00:00:02Z',
    });
    expect(JSON.parse(second ?? '')).toMatchObject({ user: 'u0', messages: 1, chars: 4, days: 1 });
  });
});
