import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Product } from '#contract/products.ts';
import { PRODUCT_RECORD, type ProductRecord } from '#contract/profiles.ts';
import type { Objects } from '#core/ports/objects.ts';
import { Pseudonyms } from '#core/privacy/pseudonyms.ts';
import { type Glimpse, Sample } from '#core/refinery/sample.ts';
import { compareCodePoints } from '#core/refinery/text.ts';
import { gunzip, gzipLines, lines } from './ndjson.ts';

/** So many profiles are in memory at a time, while they are put in the order of their pseudonyms. */
const AT_ONCE = 2_048;
const DIGITS = 16;

/** Goods under other names: what is delivered, by its own hash and size. */
export interface Edition {
  readonly sha256: string;
  readonly bytes: number;
  readonly sample: Glimpse[];
}

interface Pseudonymising {
  readonly objects: Objects;
  readonly product: Product;
  /** The object with the names in it, and the one to write. */
  readonly from: string;
  readonly to: string;
  /** 32 bytes, for these goods alone. */
  readonly key: Uint8Array;
}

/** A key of one deal, out of a secret of its seller (HKDF-SHA256): what one deal gives away opens no other. */
export function dealKey(secret: Uint8Array, deal: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'economia-viva', `pseudonyms of ${deal}`, 32));
}

/**
 * Writes goods with pseudonyms (HMAC-SHA256, 64 bits of it) for names, streamed, in several passes: the names first, then messages in
 * their order, or profiles in that of their pseudonyms, some thousands a pass. Memory grows with users. The same key gives the same bytes.
 */
export async function pseudonymise(order: Pseudonymising): Promise<Edition> {
  const { objects, product, key } = order;
  const users = new Set<string>();
  for await (const record of recordsOf(order)) if ('user' in record) users.add(record.user);
  const names = new Pseudonyms(users, (name) => pseudonymOf(name, key));

  const hash = createHash('sha256');
  const sample = new Sample();
  let [bytes, records] = [0, 0];
  async function* written(): AsyncGenerator<Uint8Array> {
    const isInOrder = product === 'raw_logs' || product === 'topic_map';
    const renamed = isInOrder ? inOrder(order, names) : byPseudonym(order, names, users);
    for await (const chunk of gzipLines(renamed, (record) => {
      sample.add(record);
      records += 1;
    })) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  await objects.write(order.to, written(), 'application/gzip');
  return { sha256: hash.digest('hex'), bytes, sample: sample.of(records) };
}

function pseudonymOf(name: string, key: Uint8Array): string {
  return `anon-${createHmac('sha256', key).update(name).digest('hex').slice(0, DIGITS)}`;
}

async function* inOrder(order: Pseudonymising, names: Pseudonyms): AsyncGenerator<ProductRecord> {
  for await (const record of recordsOf(order)) yield names.record(record);
}

async function* byPseudonym(
  order: Pseudonymising,
  names: Pseudonyms,
  users: ReadonlySet<string>,
): AsyncGenerator<ProductRecord> {
  const sorted = [...users].map((user) => names.of(user)).sort(compareCodePoints);
  for (let from = 0; from < sorted.length; from += AT_ONCE) {
    const here = new Set(sorted.slice(from, from + AT_ONCE));
    const found: (ProductRecord & { readonly user: string })[] = [];
    for await (const record of recordsOf(order)) {
      if (!('user' in record) || !here.has(names.of(record.user))) continue;
      const renamed = names.record(record);
      if ('user' in renamed) found.push(renamed);
    }
    yield* found.sort((a, b) => compareCodePoints(a.user, b.user));
  }
}

async function* recordsOf({
  objects,
  product,
  from,
}: Pseudonymising): AsyncGenerator<ProductRecord> {
  const body = await objects.open(from);
  if (body === undefined || body === 'changed') throw new Error(`No goods at ${from}.`);
  for await (const batch of lines(gunzip(body)))
    for (const line of batch) yield PRODUCT_RECORD[product].parse(JSON.parse(line));
}
