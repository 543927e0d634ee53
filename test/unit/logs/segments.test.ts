import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineArena } from '#core/logs/line-arena.ts';
import { LineWriter } from '#core/logs/line-writer.ts';
import { MergeRoom, merge, type Run } from '#core/logs/merge.ts';
import { dayLines } from '#core/logs/read.ts';
import { SegmentWriter } from '#core/logs/segments.ts';
import { agent, codec } from './house.ts';
import { MemoryObjects } from './memory.ts';
import { recordsOf } from './reading.ts';

const said = fc.array(
  fc.record({ second: fc.nat(3), day: fc.integer({ min: 1, max: 2 }), text: fc.nat(2) }),
  { maxLength: 30 },
);

describe('segments', () => {
  it('hold the same messages in the same order however often a large source is relieved', async () => {
    await fc.assert(
      fc.asyncProperty(said, fc.nat(300), async (given, heldBytes) => {
        const objects = new MemoryObjects();
        const days = async (held: number) => {
          const writer = new SegmentWriter({ agent, source: 's', objects, codec, heldBytes: held });
          for (const { second, day, text } of given) {
            const seconds = day * 86_400 + second;
            writer.lines.add({ seconds, user: 'u', text: `${text}`, kind: 'message' });
            await writer.relieve();
          }
          const byDay = Map.groupBy(await writer.finish(), ({ day }) => day);
          return Promise.all(
            [...byDay].map(async ([day, segments]) => {
              const lines = [];
              for await (const { bytes } of dayLines({ day, segments }, { objects, codec })) {
                lines.push(...recordsOf(bytes));
              }
              return [day, lines];
            }),
          );
        };
        expect(await days(heldBytes)).toEqual(await days(1_000_000));
      }),
      { numRuns: 60 },
    );
  });

  it('that were written as gzip, before they were zstd, are read beside the others', async () => {
    const objects = new MemoryObjects();
    const line = '{"ts":"1970-01-02T00:00:01Z","user":"u","text":"ñ\\"1","kind":"action"}\n';
    const key = 'a/corpus/segments/1970-01-02/x.ndjson.gz';
    await objects.put(key, gzipSync(line), {});
    const writer = new SegmentWriter({ agent, source: 's', objects, codec });
    writer.lines.add({ seconds: 86_400, user: 'u', text: '0', kind: 'message' });
    const old = { key, source: 'r', sha256: '0'.repeat(64), bytes: 1, messages: 1 };
    const day = { day: '1970-01-02', segments: [old, ...(await writer.finish())] };

    const texts: string[] = [];
    for await (const { bytes } of dayLines(day, { objects, codec })) {
      texts.push(...recordsOf(bytes).map(({ text, kind }) => `${kind} ${text}`));
    }
    expect(texts).toEqual(['message 0', 'action ñ"1']);
  });
});

/** Runs of several sources, sorted, read in small pieces; and the order that the definition gives them. */
describe('a merge', () => {
  const sources = fc.array(
    fc.array(fc.record({ second: fc.nat(4), text: fc.nat(2) }), { maxLength: 40 }),
    { maxLength: 4 },
  );

  it('gives the same in any room, and what its definition says', async () => {
    await fc.assert(
      fc.asyncProperty(sources, fc.integer({ min: 1, max: 5000 }), async (given, slab) => {
        const merged = await mergeAll(given, new MergeRoom(new Uint8Array(slab)));

        expect(merged).toEqual(defined(given));
      }),
      { numRuns: 100 },
    );
  });

  it('reads no further than it must, and closes its runs when the reader stops', async () => {
    let closed = 0;
    let read = 0;
    const run = (source: number): Run => ({
      ...runOf(
        source,
        Array.from({ length: 2000 }, (_, second) => ({ second, text: second })),
      ),
      close: () => {
        closed += 1;
      },
    });
    const counted = [run(0), run(1)].map((each) => ({
      ...each,
      read: (into: Uint8Array) => {
        const bytes = Number(each.read(into));
        read += bytes;
        return bytes;
      },
    }));
    for await (const { starts } of merge(counted, new MergeRoom(new Uint8Array(16_384)))) {
      expect(starts.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(2);
    expect(read).toBeLessThan(40_000);
  });
});

type Said = readonly { readonly second: number; readonly text: number }[];

function runOf(source: number, given: Said): Run {
  const arena = new LineArena(64);
  const sorted = given.toSorted((a, b) => a.second - b.second);
  for (const { second, text } of sorted) {
    arena.add({ seconds: second, user: `u${text % 2}`, text: `t${text}`, kind: 'message' });
  }
  let at = 0;
  return {
    source,
    size: Number.POSITIVE_INFINITY,
    read: (into) => {
      const bytes = arena.bytes.subarray(
        at,
        Math.min(arena.length, at + Math.min(into.length, 100)),
      );
      into.set(bytes);
      at += bytes.length;
      return bytes.length;
    },
  };
}

async function mergeAll(given: readonly Said[], room: MergeRoom) {
  const writer = new LineWriter(500);
  const texts: string[] = [];
  const runs = given.map((each, source) => runOf(source, each));
  for await (const part of merge(runs, room)) {
    for (const { bytes } of writer.write(part, 0)) {
      texts.push(...recordsOf(bytes).map(({ ts, text }) => `${ts} ${text}`));
    }
  }
  return texts;
}

function defined(given: readonly Said[]): string[] {
  const all = given.flatMap((each, source) =>
    each.map(({ second, text }, position) => ({
      source,
      position,
      second,
      line: `1970-01-01T00:00:0${second}Z t${text}`,
    })),
  );
  const kept = [...Map.groupBy(all, ({ line }) => line).values()].flatMap((copies) => {
    const bySource = [...Map.groupBy(copies, ({ source }) => source).values()];
    const most = Math.max(...bySource.map(({ length }) => length));
    return bySource.find(({ length }) => length === most) ?? [];
  });
  return kept
    .sort((a, b) => a.second - b.second || a.source - b.source || a.position - b.position)
    .map(({ line }) => line);
}
