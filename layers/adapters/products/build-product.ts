import { createHash } from 'node:crypto';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { DATA_FILE, MANIFEST_FILE, Product, ProductManifest } from '#contract/products.ts';
import { PRODUCT_RECORD, type ProductRecord } from '#contract/profiles.ts';
import type { Objects } from '#core/ports/objects.ts';
import { Tally } from '#core/refinery/inspect.ts';
import {
  METHODS,
  REFINERY_VERSION,
  type RefineryInputs,
  refine,
  SOURCES,
  ZONED,
} from '#core/refinery/refine.ts';
import { Sample } from '#core/refinery/sample.ts';
import { keepHeapLean } from './lean-heap.ts';
import { gunzip, gzipLines, lines } from './ndjson.ts';

/** One thing that a product is made of: the corpus as records, or a bought product as its gzip NDJSON. */
export type BuildInput = CorpusInput | BoughtInput;

export interface CorpusInput {
  readonly product: 'corpus';
  readonly version: string;
  readonly records: () => AsyncIterable<LogRecord>;
  /** Who was left out, once the records were read. */
  readonly leftOut?: ReadonlySet<string>;
}

export interface BoughtInput {
  readonly product: Product;
  readonly version: string;
  /** Of the gzip bytes; checked while they are read. */
  readonly sha256?: string;
  /** As its seller told. */
  readonly leftOut?: number | undefined;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

export interface Build {
  readonly seller: AgentId;
  readonly product: Product;
  readonly inputs: readonly BuildInput[];
  readonly objects: Objects;
  /** Names the code that makes the bytes, e.g. `REFINERY_VERSION`. */
  readonly codeVersion: string;
  /** IANA zone of the stream's days and hours. @default UTC */
  readonly zone?: string;
}

/** First 16 hex digits of the sha256 over what the product is, what makes it and what it is made of: known before any work. */
export function productVersion({
  product,
  inputs,
  codeVersion,
  zone = 'UTC',
}: Pick<Build, 'product' | 'codeVersion' | 'zone'> & {
  readonly inputs: readonly { readonly product: string; readonly version: string }[];
}): string {
  const made = inputs.map((input) => [input.product, input.version]).sort();
  const named = JSON.stringify([
    ...[product, codeVersion, made],
    ...(ZONED.has(product) ? [zone] : []),
  ]);
  return createHash('sha256').update(named).digest('hex').slice(0, 16);
}

/** The version that each product has once it is made of this corpus by this very code, and the corpus's own. */
export function versionsOf(corpus: string, zone: string): ReadonlyMap<string, string> {
  const versions = new Map<string, string>([['corpus', corpus]]);
  // in the enumeration's order, inputs come before what is made of them
  for (const product of Product.options) {
    const inputs = SOURCES[product].map((input) => ({
      product: input,
      version: versions.get(input) ?? '',
    }));
    const codeVersion = REFINERY_VERSION;
    versions.set(product, productVersion({ product, inputs, codeVersion, zone }));
  }
  return versions;
}

/**
 * The product's manifest; its data is written first, so a manifest that is there vouches for data that is whole. A version that
 * exists costs one GET. Interrupted anywhere, the next call writes the same bytes again. Throws when an input is missing or broken.
 */
export async function buildProduct(build: Build): Promise<ProductManifest> {
  const { seller, product, objects } = build;
  const version = productVersion(build);
  const manifestKey = objectKey.product(seller, product, `${version}/${MANIFEST_FILE}`);
  const existing = await objects.read(manifestKey);
  if (existing) return ProductManifest.parse(JSON.parse(new TextDecoder().decode(existing)));

  keepHeapLean();
  const tally = new Tally();
  const sample = new Sample();
  const hash = createHash('sha256');
  let bytes = 0;
  async function* written(): AsyncGenerator<Uint8Array> {
    const records = refine(product, inputsOf(build));
    for await (const chunk of gzipLines<ProductRecord>(records, (record) => {
      tally.add(record);
      sample.add(record);
    })) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  const dataKey = objectKey.product(seller, product, `${version}/${DATA_FILE}`);
  await objects.write(dataKey, written(), 'application/gzip');

  const sha256 = hash.digest('hex');
  const manifest = manifestOf(build, { version, tally, sample, sha256, bytes });
  await objects.put(manifestKey, new TextEncoder().encode(JSON.stringify(manifest)), {
    contentType: 'application/json',
  });
  return manifest;
}

interface Written {
  readonly version: string;
  readonly tally: Tally;
  readonly sample: Sample;
  readonly sha256: string;
  readonly bytes: number;
}

function manifestOf(
  build: Build,
  { version, tally, sample, sha256, bytes }: Written,
): ProductManifest {
  return {
    v: 1,
    product: build.product,
    version,
    seller: build.seller,
    sha256,
    bytes,
    records: tally.records,
    users: tally.users,
    from: tally.from,
    to: tally.to,
    inputs: build.inputs.map((input) => ({
      product: input.product,
      version: input.version,
      ...('sha256' in input && { sha256: input.sha256 }),
    })),
    codeVersion: build.codeVersion,
    method: METHODS[build.product],
    leftOut: Math.max(0, ...build.inputs.map(leftOutOf)),
    sample: sample.of(tally.records),
  };
}

function leftOutOf({ leftOut = 0 }: BuildInput): number {
  return typeof leftOut === 'number' ? leftOut : leftOut.size;
}

function inputsOf({ product, inputs, zone }: Build): RefineryInputs {
  const wanted: readonly string[] = SOURCES[product];
  let given: RefineryInputs = zone === undefined ? {} : { zone };
  for (const input of inputs) {
    if (!wanted.includes(input.product)) {
      throw new Error(`${product} is not made of ${input.product}.`);
    }
    given = { ...given, ...streamOf(input) };
  }
  return given;
}

function streamOf(input: BuildInput): RefineryInputs {
  switch (input.product) {
    case 'corpus':
      return { corpus: input.records() };
    case 'raw_logs':
      return { raw_logs: parsed(input, PRODUCT_RECORD.raw_logs) };
    case 'skill_profiles':
      return { skill_profiles: parsed(input, PRODUCT_RECORD.skill_profiles) };
    case 'voice_profiles':
      return { voice_profiles: parsed(input, PRODUCT_RECORD.voice_profiles) };
    case 'user_stats':
    case 'topic_map':
    case 'soul_profiles':
      throw new Error(`No product is made of ${input.product}.`);
  }
}

async function* parsed<T>(
  input: BoughtInput,
  schema: { readonly parse: (value: unknown) => T },
): AsyncGenerator<T> {
  const body = verified(await input.open(), input);
  for await (const batch of lines(gunzip(body))) {
    for (const line of batch) yield schema.parse(JSON.parse(line));
  }
}

/** What was bought was checked then; this tells a purchase that was damaged since. */
async function* verified(
  body: AsyncIterable<Uint8Array>,
  { product, version, sha256 }: BoughtInput,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (sha256 !== undefined && found !== sha256) {
    throw new Error(
      `Stored ${product} ${version} has sha256 ${found}, not ${sha256} as bought: fetch it again.`,
    );
  }
}
