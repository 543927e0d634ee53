import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Build, buildProduct, productVersion } from '#adapters/products/build-product.ts';
import type { BoughtInput } from '#adapters/products/inputs.ts';
import { gunzip, lines } from '#adapters/products/ndjson.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { DATA_FILE, type Product, type ProductManifest } from '#contract/products.ts';
import type { Objects } from '#core/ports/objects.ts';
import { LIMITS } from '#core/refinery/refine.ts';
import { glimpseOf } from '#core/refinery/sample.ts';
import { aLog } from '../../support/log.ts';
import { collect, streamed } from '../../support/messages.ts';
import { fileStore, type Store, s3Store } from '../../support/stores.ts';

const LOG = aLog(3000);

describe.each([
  ['files', fileStore],
  ['S3', s3Store],
])('buildProduct on %s', (_name, open) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  function rawLogs(seller: string, over: Partial<Build> = {}): Build {
    return {
      seller: AgentId.parse(seller),
      product: 'raw_logs',
      inputs: [{ product: 'corpus', version: 'c1', records: () => streamed(LOG) }],
      objects: store.objects,
      codeVersion: 'test-1',
      ...over,
    };
  }

  function bought(manifest: ProductManifest): BoughtInput {
    const { seller, product, version, sha256 } = manifest;
    return { product, version, sha256, open: () => data(store.objects, manifest, seller) };
  }

  it('writes the corpus as it is, and says what it wrote', async () => {
    const manifest = await buildProduct(rawLogs('kk-plain'));
    const text = await textOf(store.objects, manifest);

    expect(text.map((line) => JSON.parse(line) as LogRecord)).toEqual(LOG);
    expect(manifest).toMatchObject({
      records: 3000,
      users: 20,
      from: LOG[0]?.ts,
      to: LOG.at(-1)?.ts,
      inputs: [{ product: 'corpus', version: 'c1' }],
      limits: LIMITS.raw_logs,
    });
  });

  it('makes the whole chain, each product of bought ones only', async () => {
    const raw = await buildProduct(rawLogs('kk-chain'));
    const made = async (product: Product, inputs: BoughtInput[]) =>
      buildProduct(rawLogs('kk-chain', { product, inputs }));
    const skills = await made('skill_profiles', [bought(raw)]);
    const voices = await made('voice_profiles', [bought(raw)]);
    const souls = await made('soul_profiles', [bought(skills), bought(voices)]);

    expect([skills.records, voices.records, souls.records]).toEqual([20, 20, 20]);
    expect(souls.inputs).toEqual([
      { product: 'skill_profiles', version: skills.version, sha256: skills.sha256 },
      { product: 'voice_profiles', version: voices.version, sha256: voices.sha256 },
    ]);
    expect([souls.from, souls.to]).toEqual([raw.from, raw.to]);
  });

  it('shows a sample of every product: three of its records, shortened, and no more', async () => {
    const raw = await buildProduct(rawLogs('kk-sample'));
    const skills = await buildProduct(
      rawLogs('kk-sample', { product: 'skill_profiles', inputs: [bought(raw)] }),
    );
    for (const manifest of [raw, skills]) {
      const records = await textOf(store.objects, manifest);
      const kept = await store.objects.read(
        objectKey.product(manifest.seller, manifest.product, `${manifest.version}/manifest.json`),
      );
      const { sample } = JSON.parse(Buffer.from(kept!).toString()) as ProductManifest;
      expect(sample).toEqual(
        records.slice(0, 3).map((line) => glimpseOf(JSON.parse(line) as object)),
      );
    }
  });

  it('does no work for a version that exists', async () => {
    const first = await buildProduct(rawLogs('kk-once'));
    const unreadable = {
      product: 'corpus' as const,
      version: 'c1',
      records: () => {
        throw new Error('nobody should read');
      },
    };
    expect(await buildProduct(rawLogs('kk-once', { inputs: [unreadable] }))).toEqual(first);
  });

  it('leaves no manifest when it is interrupted, and makes the same bytes the next time', async () => {
    async function* cut(): AsyncGenerator<LogRecord> {
      yield* streamed(LOG.slice(0, 1500));
      throw new Error('the power went');
    }
    const build = rawLogs('kk-cut');
    const broken = { product: 'corpus' as const, version: 'c1', records: cut };
    await expect(buildProduct({ ...build, inputs: [broken] })).rejects.toThrow('the power went');
    const key = objectKey.product(
      build.seller,
      'raw_logs',
      `${productVersion(build)}/manifest.json`,
    );
    expect(await store.objects.head(key)).toBeUndefined();

    const again = await buildProduct(build);
    const elsewhere = await buildProduct(rawLogs('kk-elsewhere'));
    expect({ ...again, seller: '' }).toEqual({ ...elsewhere, seller: '' });
  });

  it('makes the same bytes when only the manifest is missing', async () => {
    const { objects } = store;
    const manifestless: Objects = {
      open: (key) => objects.open(key),
      read: (key) => objects.read(key),
      head: (key) => objects.head(key),
      write: (key, body, contentType) => objects.write(key, body, contentType),
      put: () => Promise.reject(new Error('killed before the manifest')),
      list: (prefix) => objects.list(prefix),
      remove: (keys) => objects.remove(keys),
      presign: (key, seconds, fileName) => objects.presign(key, seconds, fileName),
    };
    const build = rawLogs('kk-late');
    await expect(buildProduct({ ...build, objects: manifestless })).rejects.toThrow('killed');
    const key = objectKey.product(
      build.seller,
      'raw_logs',
      `${productVersion(build)}/${DATA_FILE}`,
    );
    const before = await bytesOf(objects, key);

    const manifest = await buildProduct(build);
    expect(await bytesOf(objects, key)).toEqual(before);
    expect(manifest.bytes).toBe(before.byteLength);
  });

  it('names another version for other inputs, other code, another product', () => {
    const versions = [
      rawLogs('kk-v'),
      rawLogs('kk-v', { codeVersion: 'test-2' }),
      rawLogs('kk-v', { product: 'skill_profiles' }),
      rawLogs('kk-v', {
        inputs: [{ product: 'corpus', version: 'c2', records: () => streamed([]) }],
      }),
    ].map(productVersion);

    expect(new Set(versions).size).toBe(4);
    expect(versions[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it('refuses a purchase that was damaged since', async () => {
    const raw = bought(await buildProduct(rawLogs('kk-damaged')));
    const damaged = { ...raw, sha256: '0'.repeat(64) };
    const build = rawLogs('kk-damaged', { product: 'skill_profiles', inputs: [damaged] });

    await expect(buildProduct(build)).rejects.toThrow('fetch it again');
  });

  it('refuses an input that the product is not made of', async () => {
    const build = rawLogs('kk-wrong', { product: 'voice_profiles' });
    await expect(buildProduct(build)).rejects.toThrow('voice_profiles is not made of corpus');
  });
});

async function data(
  objects: Objects,
  { product, version }: ProductManifest,
  seller: AgentId,
): Promise<AsyncIterable<Uint8Array>> {
  const body = await objects.open(objectKey.product(seller, product, `${version}/${DATA_FILE}`));
  if (body === undefined || body === 'changed') throw new Error('the data is not there');
  return body;
}

async function textOf(objects: Objects, manifest: ProductManifest): Promise<string[]> {
  const body = await data(objects, manifest, manifest.seller);
  return (await collect(lines(gunzip(body)))).flat();
}

async function bytesOf(objects: Objects, key: string): Promise<Buffer> {
  const body = await objects.open(key);
  if (body === undefined || body === 'changed') throw new Error(`${key} is not there`);
  return Buffer.concat(await collect(body));
}
