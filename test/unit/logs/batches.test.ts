import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchPath } from '#contract/keys.ts';
import { compact } from '#core/logs/compact.ts';
import { generationOf } from '#core/logs/read-on.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { type LogEvent, type Services, take } from '#core/logs/take.ts';
import { agent, codec, type House, house, manifestOf, messagesOf, upload } from './house.ts';
import { bytesOf } from './reading.ts';

/** Small parts, so that a few lines are many. */
const PART = 60;
const small = (services: House): House => ({ ...services, partBytes: PART });

/** One batch of `bytes` as a watcher would store it. */
function batch(services: House, source: string, { bytes, from, to }: Cut): LogEvent {
  const firstLine = bytes.subarray(0, bytes.indexOf(0x0a));
  const generation = generationOf(firstLine, { codec });
  const path = batchPath({ source, generation, offset: from });
  return { ...upload(services, path, bytes.slice(from, to)), size: to - from };
}

interface Cut {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

async function takeAll(events: readonly LogEvent[], services: Services): Promise<void> {
  for (const event of events) {
    let progress: string | undefined;
    let outcome = '';
    do {
      const taken = await take(event, services, progress);
      ({ outcome, progress } = taken);
    } while (outcome === 'unfinished');
  }
  await rebuild(agent, services);
}

const said = fc.constantFrom('hola', 'a < b', 'ñandú 🔥', '[not a time] x', '');
const ircLine = fc
  .tuple(fc.nat(9), said)
  .map(([minute, text]) => `[10:0${minute}] <u${minute % 3}> ${text}\n`);
const ircLog = fc.array(ircLine, { minLength: 2, maxLength: 30 }).map((lines) => lines.join(''));
const jsonLog = fc.array(fc.tuple(fc.nat(9), said), { minLength: 1, maxLength: 20 }).chain((all) =>
  fc.boolean().map((isPretty) => {
    const messages = all.map(([minute, message]) => ({
      timestamp: `2005-02-08T10:0${minute}:00Z`,
      user: 'u},{"timestamp":"',
      message,
    }));
    const document = { stream: 'x', messages, statistics: { most: [{ user: 'a', count: 1 }] } };
    return `${JSON.stringify(document, undefined, isPretty ? 2 : undefined)}\n`;
  }),
);
const log = fc.oneof(ircLog, jsonLog).map(bytesOf);

describe('a growing log', () => {
  it('makes the same corpus whole, or cut into batches anywhere and come in any order and number', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        async (bytes, cuts, dice) => {
          const borders = [
            ...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length]),
          ].sort((a, b) => a - b);
          const services = small(house());
          const next = (): number => dice.pop() ?? 0;
          const events = borders
            .slice(1)
            .map((to, n) => batch(services, '2005-02-08.txt', { bytes, from: borders[n]!, to }));
          const shuffled = [...events, ...events.filter(() => next() % 2 === 0)]
            .map((event) => ({ event, at: next() }))
            .sort((a, b) => a.at - b.at)
            .map(({ event }) => event);
          await takeAll(shuffled, services);

          const whole = house();
          await takeAll([upload(whole, '2005-02-08.txt', bytes)], whole);
          expect(await messagesOf(services)).toEqual(await messagesOf(whole));
          expect(manifestOf(services).counts).toEqual(manifestOf(whole).counts);
          expect(manifestOf(services).version).toBe(manifestOf(whole).version);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is read on in as many invocations as it takes', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (bytes) => {
        const services = { ...small(house()), isLate: () => true };
        await takeAll([upload(services, '2005-02-08.txt', bytes)], services);
        const whole = house();
        await takeAll([upload(whole, '2005-02-08.txt', bytes)], whole);
        expect(manifestOf(services).version).toBe(manifestOf(whole).version);
        expect(manifestOf(services).counts).toEqual(manifestOf(whole).counts);
      }),
      { numRuns: 60 },
    );
  });

  it('gets each batch as it comes, and takes a torn line up when its rest is there', async () => {
    const services = house();
    const bytes = bytesOf('[10:00] <ada> one\n[10:01] <bob> two\n');
    await takeAll([batch(services, '2005-02-08.txt', { bytes, from: 0, to: 33 })], services);
    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['one', 't']);
    await takeAll(
      [batch(services, '2005-02-08.txt', { bytes, from: 33, to: bytes.length })],
      services,
    );
    expect((await messagesOf(services)).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(manifestOf(services)).toMatchObject({ sources: 1, messages: 2 });
  });

  it('waits for what is missing before a batch', async () => {
    const services = house();
    const bytes = bytesOf('[10:00] <ada> one\n[10:01] <bob> two\n');
    const second = batch(services, '2005-02-08.txt', { bytes, from: 18, to: bytes.length });
    expect(await take(second, services)).toMatchObject({ outcome: 'early' });
    const first = batch(services, '2005-02-08.txt', { bytes, from: 0, to: 18 });
    await takeAll([first], services);
    expect(await messagesOf(services)).toHaveLength(2);
    expect(await take(second, services)).toMatchObject({ outcome: 'unchanged' });
  });

  it('stands as whole file or as batches, whichever is longer; another life of the file stands beside them', async () => {
    const services = house();
    const bytes = bytesOf('[10:00] <ada> one\n[10:00] <ada> one\n[10:01] <bob> two\n');
    const short = upload(services, '2005-02-08.txt', {
      content: '[10:00] <ada> one\n',
      sequence: '1',
    });
    await takeAll(
      [short, batch(services, '2005-02-08.txt', { bytes, from: 0, to: bytes.length })],
      services,
    );
    expect(Object.keys(manifestOf(services).applied)).toEqual([expect.stringContaining('/@')]);
    expect(await messagesOf(services)).toHaveLength(3);

    const whole = upload(services, '2005-02-08.txt', {
      content: new TextDecoder().decode(bytes),
      sequence: '2',
    });
    await takeAll([whole], services);
    expect(Object.keys(manifestOf(services).applied)).toEqual(['2005-02-08.txt']);
    expect(await messagesOf(services)).toHaveLength(3);

    const rotated = bytesOf('[11:00] <eve> three\n');
    await takeAll(
      [batch(services, '2005-02-08.txt', { bytes: rotated, from: 0, to: rotated.length })],
      services,
    );
    expect(manifestOf(services)).toMatchObject({ sources: 2, messages: 4 });
  });

  it('knows an oversized compressed upload by its chunks', async () => {
    const services = { ...house(), isLate: () => true };
    const text = Array.from(
      { length: 250_000 },
      (_, n) =>
        `[10:${String(Math.floor(n / 7000)).padStart(2, '0')}] <ada> ${n} ${'x'.repeat(20)}\n`,
    ).join('');
    const zipped = gzipSync(text, { level: 1 });
    const event = { ...upload(services, '2005-02-08.txt.gz', zipped), size: 20_000_000 };
    await takeAll([event], services);
    expect(manifestOf(services).counts).toMatchObject({ messages: 250_000, quarantined: 0 });
  }, 20_000);

  it('is compacted without a change of its version, and readers see the same', async () => {
    const services = house();
    for (const source of ['2005-02-08.txt', 'b/2005-02-08.txt'])
      await takeAll(
        [upload(services, source, `[10:00] <ada> ${source}\n[10:00] <ada> both\n`)],
        services,
      );
    const [version, before] = [manifestOf(services).version, await messagesOf(services)];
    const now = new Date(30 * 86_400_000);
    expect(await compact(agent, services, now)).toMatchObject({ days: 1 });
    expect(manifestOf(services).version).toBe(version);
    expect(manifestOf(services).days[0]?.merged?.messages).toBe(3);
    expect(await messagesOf(services)).toEqual(before);
    expect(await compact(agent, services, now)).toEqual({ days: 0, removed: 0 });

    await takeAll(
      [upload(services, '2005-02-08.txt', { content: '[10:00] <ada> new\n', sequence: '2' })],
      services,
    );
    expect((await messagesOf(services)).map(({ text }) => text)).toEqual([
      'new',
      'b/2005-02-08.txt',
      'both',
    ]);
    expect((await compact(agent, services, now)).removed).toBeGreaterThan(0);
    expect(await messagesOf(services)).toHaveLength(3);
  });
});
