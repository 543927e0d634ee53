import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merge } from '#core/logs/merge.ts';
import { dayLines } from '#core/logs/read.ts';
import { recordLine } from '#core/logs/record-line.ts';
import { SegmentWriter } from '#core/logs/segments.ts';
import { agent, codec } from './house.ts';
import { MemoryObjects } from './memory.ts';

describe('segments', () => {
  it('hold the same messages in the same order however often a large source is relieved', async () => {
    const records = fc.array(
      fc.record({ second: fc.nat(3), day: fc.integer({ min: 1, max: 2 }), text: fc.nat(2) }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(records, fc.nat(300), async (given, heldChars) => {
        const objects = new MemoryObjects();
        const lines = given.map(({ second, day, text }) =>
          recordLine({
            ts: `2025-10-0${day}T10:00:0${second}Z`,
            user: 'u',
            text: `${text}`,
            kind: 'message',
          }),
        );
        const days = async (held: number) => {
          const writer = new SegmentWriter({ agent, source: 's', objects, codec, heldChars: held });
          for (const text of lines) {
            writer.add(text);
            await writer.relieve();
          }
          const byDay = Map.groupBy(await writer.finish(), ({ day }) => day);
          return Promise.all(
            [...byDay].map(async ([day, segments]) => [
              day,
              (await Array.fromAsync(dayLines(segments, { objects, codec }))).flat(),
            ]),
          );
        };
        expect(await days(heldChars)).toEqual(await days(1_000_000));
      }),
      { numRuns: 60 },
    );
  });

  it('are merged without reading ahead: runs end early when the reader stops', async () => {
    let closed = 0;
    const run = (source: string) => ({
      source,
      lines: (async function* () {
        try {
          for (let second = 10; second < 60; second += 1) {
            const ts = `2025-10-01T10:00:${second}Z`;
            yield await Promise.resolve(
              Array.from({ length: 2000 }, (_, n) =>
                recordLine({ ts, user: source, text: `${n}`, kind: 'message' }),
              ),
            );
          }
        } finally {
          closed += 1;
        }
      })(),
    });
    for await (const batch of merge([run('a'), run('b')])) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(2);
  });
});
