import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { buildProduct } from '#adapters/products/build-product.ts';
import type { BuildInput } from '#adapters/products/inputs.ts';
import { objectKey } from '#contract/keys.ts';
import { CorpusManifest } from '#contract/log-record.ts';
import { DATA_FILE, Product, type ProductManifest } from '#contract/products.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { REFINERY_VERSION, SOURCES } from '#core/refinery/refine.ts';
import { FileObjects } from '../../local/file-objects.ts';
import { MANIFEST } from './corpus.ts';

/** The benchmark's child process: makes the products named, in order, of the corpus in a folder and of each other. */
const [folder = '', names = ''] = process.argv.slice(2);
const objects = new FileObjects(folder);
const manifestKey = MANIFEST;
const { version, messages } = CorpusManifest.parse(
  JSON.parse(readFileSync(join(folder, manifestKey), 'utf8')),
);
const pointer = {
  version,
  manifestKey,
  messages,
  days: 1,
  sources: 1,
  quarantined: 0,
  revision: 1,
};
const corpus = new S3Corpus({
  objects,
  codec: new NodeCodec(),
  pointers: {
    pointer: () => Promise.resolve(pointer),
    optOuts: () => Promise.resolve({ revision: 0, nicks: new Set() }),
  },
});

/** What is made already is found on the shelf. */
async function made(product: Product): Promise<ProductManifest> {
  const inputs: BuildInput[] = [];
  for (const source of SOURCES[product]) inputs.push(await inputOf(source));
  const codeVersion = REFINERY_VERSION;
  return buildProduct({ seller: COLLECTOR, product, inputs, objects, codeVersion, zone: 'UTC' });
}

async function inputOf(source: Product | 'corpus'): Promise<BuildInput> {
  if (source === 'corpus') {
    return {
      ...{ product: source, version },
      records: (only, leftOut) => corpus.messages(pointer, leftOut, only),
      days: () => corpus.days(pointer),
    };
  }
  const { product, version: bought, sha256 } = await made(source);
  const key = objectKey.product(COLLECTOR, product, `${bought}/${DATA_FILE}`);
  const open = async () => {
    const body = await objects.open(key);
    if (body === undefined) throw new Error(`${key} is not there.`);
    return body;
  };
  return { product, version: bought, sha256, open };
}

for (const name of names.split(',')) {
  const { product, records, users } = await made(Product.parse(name));
  console.log(JSON.stringify({ product, records, users }));
}
