import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { gunzip } from '#adapters/products/ndjson.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { DATA_FILE, MANIFEST_FILE, Product, ProductManifest } from '#contract/products.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import type { Objects } from '#core/ports/objects.ts';
import { CannotStart, explain } from '../local/cloud/cannot-start.ts';
import { addAggregated } from './aggregated.ts';
import { economyAt } from './economy-at.ts';
import { agentId, type LookFlags, withLookFlags } from './options.ts';
import { isThere, refuseToWrite } from './out-file.ts';
import { fail, paint, print, table } from './output.ts';
import { inLine, plain } from './words.ts';

const NEWLINE = 10;

interface ListFlags extends LookFlags {
  readonly agent?: AgentId;
}

interface GetFlags extends LookFlags {
  readonly version?: string;
  readonly out?: string;
  readonly force: boolean;
}

export function addProducts(program: Command): void {
  const products = program
    .command('products')
    .description('What the agents have made; their owner takes it for free.');
  withLookFlags(products.command('list'))
    .description('Every version of every product on the shelves, the newest of each agent first.')
    .option('--agent <id>', 'of this agent alone', agentId)
    .action((flags: ListFlags) => list(flags).catch(fail));
  withLookFlags(products.command('get'))
    .description(
      'Takes one product version, checks it against its manifest, and writes it to a file.',
    )
    .argument('<agent>', 'id of the seller', agentId)
    .argument('<product>', `one of ${Product.options.join(', ')}`, product)
    .option('--version <version>', 'another version than the newest')
    .option('--out <file>', 'where to write it (default: <product>-<version>.ndjson.gz here)')
    .option('--force', 'replace a file that is there', false)
    .action((agent: AgentId, name: Product, flags: GetFlags) =>
      get(agent, name, flags).catch(fail),
    );
  addAggregated(products);
}

function product(text: string): Product {
  const found = Product.safeParse(text);
  if (found.success) return found.data;
  throw new InvalidArgumentError(
    `${text} is no product: use one of ${Product.options.join(', ')}.`,
  );
}

async function list({ dir, json, agent }: ListFlags): Promise<void> {
  const { clients } = await economyAt(dir);
  const shelves = ROSTER.filter(({ id }) => agent === undefined || id === agent).flatMap(
    ({ id, sells }) => sells.map((name) => versions(clients.objects, id, name)),
  );
  const manifests = (await Promise.all(shelves)).flat();
  print(json, manifests, () =>
    table(
      ['AGENT', 'PRODUCT', 'VERSION', 'RECORDS', 'PEOPLE', 'BYTES', 'UNTIL'],
      manifests.map((one) => [
        one.seller,
        one.product,
        one.version,
        String(one.records),
        String(one.users),
        String(one.bytes),
        one.to,
      ]),
    ),
  );
}

async function get(seller: AgentId, name: Product, flags: GetFlags): Promise<void> {
  if (!agentOf(seller).sells.includes(name)) {
    const sellers = ROSTER.filter(({ sells }) => sells.includes(name)).map(({ id }) => id);
    throw new CannotStart(`${seller} does not sell ${name}: ask ${sellers.join(' or ')}.`);
  }
  const { clients } = await economyAt(flags.dir);
  const manifest = await chosen(clients.objects, { seller, name, version: flags.version });
  const out = resolve(flags.out ?? `${name}-${manifest.version}.ndjson.gz`);
  await refuseToWrite(out, flags.force);
  const key = objectKey.product(seller, name, `${manifest.version}/${DATA_FILE}`);
  const body = await clients.objects.open(key);
  if (body === undefined || body === 'changed')
    throw new CannotStart(`The data of ${name} ${manifest.version} is no longer in the bucket.`);
  await take(body, manifest, { out, isForced: flags.force });
  const { sample = [], ...rest } = manifest;
  print(flags.json, { ...manifest, file: out }, () =>
    [
      ...Object.entries(rest).map(([field, value]) => `${field.padEnd(12)} ${inLine(value)}`),
      ...sample.map((record, i) => `sample ${i + 1}     ${plain(JSON.stringify(record))}`),
      paint('green', `Checked and written to ${out}`),
    ].join('\n'),
  );
}

/** Of one version, or the newest: that which rests on the latest messages, and of these the one written last. */
async function chosen(
  objects: Objects,
  {
    seller,
    name,
    version,
  }: {
    readonly seller: AgentId;
    readonly name: Product;
    readonly version: string | undefined;
  },
): Promise<ProductManifest> {
  const all = await versions(objects, seller, name);
  const [found] = version === undefined ? all : all.filter((one) => one.version === version);
  if (found !== undefined) return found;
  throw new CannotStart(
    version === undefined
      ? `${seller} has not made ${name} yet: wait for its next beats.`
      : `${seller} has no ${name} ${version}: \`viva products list\` shows the versions there are.`,
  );
}

async function versions(
  objects: Objects,
  seller: AgentId,
  name: Product,
): Promise<ProductManifest[]> {
  const found: ProductManifest[] = [];
  for await (const { key } of objects.list(objectKey.product(seller, name, ''))) {
    if (!key.endsWith(`/${MANIFEST_FILE}`)) continue;
    const bytes = await objects.read(key);
    if (bytes) found.push(ProductManifest.parse(JSON.parse(Buffer.from(bytes).toString())));
  }
  return found.toSorted(newestFirst);
}

/** Pure. Versions are hashes and say nothing of time: what reaches further, or holds more, is newer. */
export function newestFirst(
  a: Pick<ProductManifest, 'to' | 'records'>,
  b: Pick<ProductManifest, 'to' | 'records'>,
): number {
  return b.to.localeCompare(a.to) || b.records - a.records;
}

/**
 * Streams to a file beside the target, checks it, and only then gives it the name: nobody sees half a product, and a file that
 * appears meanwhile is not overwritten without leave.
 */
export async function take(
  body: AsyncIterable<Uint8Array>,
  manifest: Pick<ProductManifest, 'sha256' | 'records' | 'bytes'>,
  { out, isForced }: { readonly out: string; readonly isForced: boolean },
): Promise<void> {
  const partial = `${out}.${process.pid}.partial`;
  try {
    const hash = createHash('sha256');
    await pipeline(body, hashing(hash), createWriteStream(partial, { flags: 'wx' }));
    const found = { sha256: hash.digest('hex'), records: await recordsIn(partial) };
    if (found.sha256 !== manifest.sha256 || found.records !== manifest.records)
      throw new CannotStart(
        `What came is not what the manifest promises (${found.records ?? 'unreadable'} records, sha256 ${found.sha256}; promised ${manifest.records}, ${manifest.sha256}): nothing was written.`,
      );
    // a link fails where a rename would replace
    await (isForced ? rename(partial, out) : link(partial, out));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw isThere(out);
    throw explain(error, out);
  } finally {
    await rm(partial, { force: true });
  }
}

function hashing(hash: ReturnType<typeof createHash>) {
  return async function* through(source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

/** Lines in a gzip file; undefined when it is none or is cut. */
async function recordsIn(file: string): Promise<number | undefined> {
  let records = 0;
  try {
    for await (const chunk of gunzip(createReadStream(file))) records += newlinesIn(chunk);
    return records;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      return undefined;
    throw error;
  }
}

function newlinesIn(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0);
}
