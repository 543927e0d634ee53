import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildProduct } from '#adapters/products/build-product.ts';
import type { BoughtInput, CorpusInput } from '#adapters/products/inputs.ts';
import { unzstd } from '#adapters/products/ndjson.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { DATA_FILE, type Product, type ProductManifest } from '#contract/products.ts';
import { without } from '#core/privacy/without.ts';
import { anyMessage } from '../../support/any-message.ts';
import { streamed } from '../../support/messages.ts';
import { MemoryObjects } from '../../unit/logs/memory.ts';

const seller = AgentId.parse('kk-karma-hello');
const PRODUCTS = ['user_stats', 'topic_map', 'skill_profiles', 'voice_profiles'] as const;
const DAYS = ['2024-12-30', '2024-12-31', '2025-01-01', '2025-01-02', '2025-06-01'];

/** A corpus of these messages, and which of its days are read. */
class Log {
  readonly read: string[] = [];
  readonly #days: ReadonlyMap<string, readonly LogRecord[]>;
  readonly #gone: readonly string[];
  readonly codeVersion: string;
  /** Messages that are remembered at once. */
  batch = 1000;

  constructor(
    messages: readonly LogRecord[],
    gone: readonly string[] = [],
    codeVersion = 'code-1',
  ) {
    this.codeVersion = codeVersion;
    const sorted = messages.toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
    this.#days = Map.groupBy(sorted, ({ ts }) => ts.slice(0, 10));
    this.#gone = gone;
  }

  input(): CorpusInput {
    const optOuts = { revision: this.#gone.length, nicks: new Set(this.#gone) };
    const days = [...this.#days].map(([day, all]) => ({
      ...{ day, hash: hashOf(all), messages: all.length },
    }));
    const leftOut = new Set<string>();
    return {
      ...{ product: 'corpus', version: hashOf([days, this.#gone]), optOuts, leftOut },
      days: () => Promise.resolve(days),
      records: (only, own = leftOut) => {
        const asked = [...this.#days].filter(([day]) => only?.has(day) ?? true);
        this.read.push(...asked.map(([day]) => day));
        return without(streamed(asked.flatMap(([, all]) => all)), optOuts.nicks, own);
      },
    };
  }
}

/** Put down day by day. */
const inOnes = (log: Log) => Object.assign(log, { batch: 1 });

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Made of the log as its agent makes it: what is made of raw_logs reads nothing else. */
async function made(product: Product, log: Log, objects: MemoryObjects): Promise<ProductManifest> {
  const { codeVersion, batch } = log;
  const build = { seller, objects, codeVersion, zone: 'America/Bogota', batch };
  const input = log.input();
  if (product === 'user_stats' || product === 'topic_map')
    return buildProduct({ ...build, product, inputs: [input] });
  const { version, sha256 } = await buildProduct({
    ...build,
    product: 'raw_logs',
    inputs: [input],
  });
  const key = objectKey.product(seller, 'raw_logs', `${version}/${DATA_FILE}`);
  const bought: BoughtInput = {
    ...{ product: 'raw_logs', version, sha256 },
    open: async () => streamed([(await objects.read(key))!]),
  };
  return buildProduct({ ...build, product, inputs: [bought] });
}

const states = ({ stored }: MemoryObjects) =>
  [...stored.keys()].filter((key) => key.includes('/states/'));

/** `at` is a day and a minute after noon. */
const said = (at: string, user: string, text: string): LogRecord => ({
  ...{ ts: `${at.replace(' ', 'T12:')}:00Z`, user, text, kind: 'message' },
});
const everyone = DAYS.flatMap((day) =>
  ['ana', 'bob', 'Eva'].flatMap((user, at) => [
    said(`${day} 0${at}`, user, `python and docker, ${day}, gm eva`),
    said(`${day} 1${at}`, user, 'Ana: the chimba wallet is down?'),
  ]),
);

describe.each(PRODUCTS)('%s of a grown log', (product) => {
  it('is byte for byte what a rebuild makes, whatever grew, changed or opted out, in how many batches', async () => {
    const message = fc
      .tuple(anyMessage, fc.constantFrom(...DAYS), fc.nat(23))
      .map(([one, day, hour]) => ({
        ...one,
        ts: `${day}T${String(hour).padStart(2, '0')}:00:00Z`,
      }));
    const step = fc.record({
      more: fc.array(message, { maxLength: 12 }),
      leaves: fc.option(fc.constantFrom('ana', 'bob'), { nil: undefined, freq: 4 }),
      batch: fc.constantFrom(1, 8, 1000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), async (steps) => {
        const objects = new MemoryObjects();
        const messages: LogRecord[] = [];
        const gone: string[] = [];
        for (const { more, leaves, batch } of steps) {
          messages.push(...more);
          if (leaves !== undefined) gone.push(leaves);
          const log = Object.assign(new Log(messages, gone), { batch });
          const grown = await made(product, log, objects);
          const rebuilt = await made(product, new Log(messages, gone), new MemoryObjects());
          expect(grown).toEqual(rebuilt);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('is made anew of a state that is cut, garbled, of other code or another page', async () => {
    const whole = await made(product, new Log(everyone), new MemoryObjects());
    const objects = new MemoryObjects();
    const before = everyone.slice(0, -6);
    await made(product, new Log(before), objects);
    const kept = new Map(states(objects).map((key) => [key, objects.stored.get(key)!]));
    expect(kept.size).toBeGreaterThan(0);
    for (const spoil of [
      (bytes: Uint8Array) => bytes.slice(0, -9),
      (bytes: Uint8Array) => bytes.slice(0, bytes.length >> 1),
      () => new Uint8Array([1, 2, 3]),
      () => new Uint8Array(),
    ]) {
      const spoilt = new MemoryObjects();
      for (const [key, bytes] of kept) spoilt.stored.set(key, spoil(bytes));
      expect(await made(product, new Log(everyone), spoilt)).toEqual(whole);
      // and is whole again
      for (const key of kept.keys())
        expect(spoilt.stored.get(key)!.length).toBeGreaterThan(kept.get(key)!.length >> 1);
    }
    const other = await made(product, new Log(everyone, [], 'code-2'), objects);
    expect({ ...other, codeVersion: '', version: '', inputs: [] }).toEqual({
      ...{ ...whole, codeVersion: '', version: '', inputs: [] },
    });
  });
});

describe('what is read of a grown log', () => {
  const grow = async (first: readonly LogRecord[], then: Log) => {
    const objects = new MemoryObjects();
    await made('user_stats', new Log(first), objects);
    await made('user_stats', then, objects);
    return then.read;
  };

  it('are the days since, and the newest of before', async () => {
    expect(await grow(everyone.slice(0, -6), new Log(everyone))).toEqual([
      '2025-01-02',
      '2025-06-01',
    ]);
  });

  it('is its newest day, when that alone grew', async () => {
    const more = [...everyone, said('2025-06-01 30', 'ana', 'one more')];
    expect(await grow(everyone, new Log(more))).toEqual(['2025-06-01']);
  });

  it('is the year of a day that changed later', async () => {
    const more = [...everyone, said('2024-12-30 30', 'ana', 'one more')];
    expect(await grow(everyone, new Log(more))).toEqual([
      ...['2024-12-30', '2024-12-31', '2025-06-01'],
    ]);
  });

  it('is what is left of a year, when the first of its batches were put down', async () => {
    const objects = new MemoryObjects();
    const write = objects.write.bind(objects);
    let writes = 0;
    objects.write = (key, body) => {
      writes += 1;
      return writes === 5 ? Promise.reject(new Error('The process ends.')) : write(key, body);
    };
    // the first is the product; 2024-12-30, 2024-12-31 and 2025-01-01 are put down
    await expect(made('user_stats', inOnes(new Log(everyone)), objects)).rejects.toThrow('ends');
    const then = inOnes(new Log(everyone));
    const whole = await made('user_stats', new Log(everyone), new MemoryObjects());
    expect(await made('user_stats', then, objects)).toEqual(whole);
    expect(then.read).toEqual(['2025-01-02', '2025-06-01']);
  });

  it('is kept no longer of a year in which nobody is left', async () => {
    const objects = new MemoryObjects();
    const lone = [said('2019-05-05 10', 'eva', 'only I was here'), ...everyone];
    await made('user_stats', new Log(lone), objects);
    const after = states(objects);
    expect(after.map((key) => key.split('/').at(-1))).toContain('2019.ndjson.zst');
    objects.stored.set(objectKey.state(seller, 'topic_map', '2019.ndjson.zst'), new Uint8Array());
    await made('user_stats', new Log(everyone, ['eva']), objects);
    expect(after.filter((key) => !states(objects).includes(key))).toEqual([
      objectKey.state(seller, 'user_stats', '2019.ndjson.zst'),
    ]);
    expect(states(objects)).toContain(objectKey.state(seller, 'topic_map', '2019.ndjson.zst'));
  });

  it('is all of it, once somebody opts out: no kept state and no product names them', async () => {
    const objects = new MemoryObjects();
    await made('user_stats', new Log(everyone), objects);
    const log = new Log(everyone, ['eva']);
    const { leftOut } = await made('user_stats', log, objects);
    expect(leftOut).toBe(1);
    expect(log.read).toEqual(DAYS);
    for (const key of states(objects)) {
      const body = await objects.open(key);
      const text = await textOf(body as AsyncIterable<Uint8Array>);
      expect(text).toContain('ana');
      expect(text.toLowerCase()).not.toContain('eva');
    }
  });
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = await Array.fromAsync(unzstd(body));
  return Buffer.concat(chunks).toString();
}
