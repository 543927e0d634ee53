import { createHash } from 'node:crypto';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { DATA_FILE, MANIFEST_FILE, Product, ProductManifest } from '#contract/products.ts';
import { PRODUCT_RECORD, type ProductRecord } from '#contract/profiles.ts';
import type { Objects } from '#core/ports/objects.ts';
import { Tally } from '#core/refinery/inspect.ts';
import {
  LIMITS,
  METHODS,
  REFINERY_VERSION,
  type RefineryInputs,
  refine,
  SOURCES,
  stateOf,
  ZONED,
} from '#core/refinery/refine.ts';
import { Sample } from '#core/refinery/sample.ts';
import { BrokenState } from '#core/refinery/whole.ts';
import { type BuildInput, daySource, parsed } from './inputs.ts';
import { recordsOfDays } from './kept-states.ts';
import { keepHeapLean } from './lean-heap.ts';
import { gzipLines } from './ndjson.ts';

export interface Build {
  readonly seller: AgentId;
  readonly product: Product;
  readonly inputs: readonly BuildInput[];
  readonly objects: Objects;
  /** Names the code that makes the bytes, e.g. `REFINERY_VERSION`. */
  readonly codeVersion: string;
  /** IANA zone of the stream's days and hours. @default UTC */
  readonly zone?: string;
  /** Messages that are remembered in memory at once. */
  readonly batch?: number;
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
  try {
    return await made(build, version, { isTrusting: true });
  } catch (error) {
    if (!(error instanceof BrokenState)) throw error;
    return made(build, version, { isTrusting: false });
  }
}

/** Writes the product, of what earlier builds remember as far as that is to be trusted. */
async function made(
  build: Build,
  version: string,
  memory: { readonly isTrusting: boolean },
): Promise<ProductManifest> {
  const { seller, product, objects } = build;
  const tally = new Tally();
  const sample = new Sample();
  const hash = createHash('sha256');
  let bytes = 0;
  async function* written(): AsyncGenerator<Uint8Array> {
    const records = recordsOf(build, memory);
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
  const manifestKey = objectKey.product(seller, product, `${version}/${MANIFEST_FILE}`);
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
    limits: LIMITS[build.product],
    leftOut: Math.max(0, ...build.inputs.map(leftOutOf)),
    sample: sample.of(tally.records),
  };
}

function leftOutOf({ leftOut = 0 }: BuildInput): number {
  return typeof leftOut === 'number' ? leftOut : leftOut.size;
}

/** Of those that remember messages, as much as can be out of what was remembered before. */
async function* recordsOf(
  build: Build,
  { isTrusting }: { readonly isTrusting: boolean },
): AsyncGenerator<ProductRecord> {
  const { product, zone = 'UTC' } = build;
  refuseStrangers(build);
  const [input] = build.inputs;
  const source =
    input === undefined || stateOf(product, zone) === undefined
      ? undefined
      : await daySource(input);
  if (source === undefined) {
    yield* refine(product, inputsOf(build));
    return;
  }
  const { leftOut = new Set<string>() } = input?.product === 'corpus' ? input : {};
  yield* recordsOfDays({ ...build, zone }, source, { leftOut, isTrusting });
}

function refuseStrangers({ product, inputs }: Build): void {
  const wanted: readonly string[] = SOURCES[product];
  const stranger = inputs.find((input) => !wanted.includes(input.product));
  if (stranger !== undefined) throw new Error(`${product} is not made of ${stranger.product}.`);
}

function inputsOf({ inputs, zone }: Build): RefineryInputs {
  let given: RefineryInputs = zone === undefined ? {} : { zone };
  for (const input of inputs) given = { ...given, ...streamOf(input) };
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
