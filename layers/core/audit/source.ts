import type { LogRecord } from '#contract/log-record.ts';
import type { Product } from '#contract/products.ts';
import { MINIMUM_MESSAGES, type ProductRecord } from '#contract/profiles.ts';
import { DAY_SECONDS, dayName, wallClockOf } from '../logs/time.ts';
import { refine } from '../refinery/refine.ts';
import { Skills } from '../refinery/skills.ts';
import { recordsOf } from '../refinery/state.ts';
import { Voices } from '../refinery/voices.ts';
import type { Claim, Claims } from './claims.ts';
import type { Finding } from './judge.ts';

/** Everything, and none of it may stand. */
const FAKE = 100;

/** The corpus, and how far the goods may be held to it. */
export interface Source {
  /** All of it anew, each time. */
  readonly messages: () => AsyncIterable<LogRecord>;
  /** IANA zone of the stream's days. */
  readonly zone: string;
  /** They say that they rest on this very corpus: their counts are its own. If not, it may only have more by now. */
  readonly isSame: boolean;
  /** They were made by this very code too: what is recomputed is what they say. */
  readonly isRecomputable: boolean;
}

/** Fields that rest on what others say, or on all of the corpus: not to be had from a few people's messages. */
const SHARED: Readonly<Record<Product, readonly string[]>> = {
  raw_logs: [],
  user_stats: ['rank', 'engagement', 'interactions'],
  topic_map: ['found'],
  skill_profiles: [],
  voice_profiles: ['role', 'slang.found'],
  soul_profiles: ['personality.role', 'soulMd'],
};

/** What the corpus does not confirm of the goods; nothing when it confirms them. Never tells a name. */
export async function unconfirmed(
  product: Product,
  claims: Claims,
  source: Source,
): Promise<readonly Finding[]> {
  return product === 'raw_logs' ? unsaid(claims, source) : miscounted(product, claims, source);
}

/** Messages that nobody wrote, and such as are missing. */
async function unsaid(claims: Claims, { messages, isSame }: Source): Promise<Finding[]> {
  const sampled = claims.sample();
  const missing = new Map(sampled.map(({ record }) => [lineOf(record), record]));
  const users = new Set(sampled.map(({ record }) => record['user']));
  let total = 0;
  for await (const record of messages()) {
    total += 1;
    if (users.has(record.user)) missing.delete(lineOf({ ...record }));
  }
  // of an older corpus, sources may have been replaced since
  if (missing.size > (isSame ? 0 : sampled.length / 2))
    return [fake('made-up', `${missing.size} of ${sampled.length} messages are not in the corpus`)];
  if (!isSame || total === claims.records) return [];
  return [fake('incomplete', `${claims.records} messages, the corpus has ${total}`)];
}

function lineOf({ ts, user, text, kind }: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([ts, user, text, kind]);
}

async function miscounted(product: Product, claims: Claims, source: Source): Promise<Finding[]> {
  const counts = new Map<string, number>();
  const sampled = new Map(claims.sample().map((claim) => [claim.key, claim]));
  const nameOf = product === 'topic_map' ? periodIn(source.zone) : ({ user }: LogRecord) => user;
  /** Counts everybody's, and passes on what the sample is made of. */
  async function* heard(): AsyncGenerator<LogRecord> {
    counts.clear();
    for await (const record of source.messages()) {
      const name = nameOf(record);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (sampled.has(name)) yield record;
    }
  }
  const truth = new Map<string, unknown>();
  for await (const record of recomputed(product, heard, source.zone))
    truth.set(keyOf(record), record);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (product === 'topic_map') counts.set('overall', total);
  const wrong = countsOff({ product, claims, source }, counts);
  if (wrong || !source.isRecomputable) return wrong ? [wrong] : [];
  return invented(product, sampled, truth);
}

/** The records of those whom `heard` passes on, made as any seller makes them. */
async function* recomputed(
  product: Product,
  heard: () => AsyncIterable<LogRecord>,
  zone: string,
): AsyncGenerator<ProductRecord> {
  if (product !== 'soul_profiles') {
    yield* refine(product, { corpus: heard(), raw_logs: heard(), zone });
    return;
  }
  const skills = recordsOf(new Skills(), heard());
  const voices = recordsOf(new Voices(), heard());
  yield* refine(product, { skill_profiles: skills, voice_profiles: voices });
}

/** How many messages each is said to have written, against how many there are. */
function countsOff(
  { product, claims, source }: AboutGoods,
  counts: ReadonlyMap<string, number>,
): Finding | undefined {
  const said = [...claims.messages];
  const of = (what: readonly unknown[]) => `${what.length} of ${said.length} records`;
  const unknown = said.filter(([key]) => !counts.has(key));
  if (unknown.length > (source.isSame ? 0 : said.length / 2))
    return fake('made-up', `${of(unknown)} are about nobody in the corpus`);
  const off = said.filter(([key, count]) => {
    const real = counts.get(key);
    return real !== undefined && (source.isSame ? count !== real : count > real);
  });
  if (off.length > (source.isSame ? 0 : said.length / 2))
    return fake('invented-counts', `${of(off)} count other messages than the corpus has`);
  if (!source.isSame) return undefined;
  const least = product === 'topic_map' ? 1 : MINIMUM_MESSAGES;
  const due = [...counts.values()].filter((count) => count >= least).length;
  return due === said.length
    ? undefined
    : fake('incomplete', `${said.length} records, the corpus makes ${due}`);
}

interface AboutGoods {
  readonly product: Product;
  readonly claims: Claims;
  readonly source: Source;
}

/** Records that say something else than their messages do. */
function invented(
  product: Product,
  sampled: ReadonlyMap<string, Claim>,
  truth: ReadonlyMap<string, unknown>,
): Finding[] {
  const own = (record: unknown) => canonical(record, '', SHARED[product]);
  const wrong = [...sampled].filter(([key, { record }]) => own(record) !== own(truth.get(key)));
  if (wrong.length === 0) return [];
  const detail = `${wrong.length} of ${sampled.size} recomputed records say something else`;
  return [fake('invented', detail)];
}

/** As JSON with its keys in order, without the fields that are shared. */
function canonical(value: unknown, path: string, without: readonly string[]): string {
  if (Array.isArray(value))
    return `[${value.map((item) => canonical(item, path, without)).join()}]`;
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]: [string, unknown]) => ({
    at: path === '' ? key : `${path}.${key}`,
    key,
    item,
  }));
  return fields
    .filter(({ at }) => !without.includes(at))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ at, key, item }) => `${key}=${canonical(item, at, without)}`)
    .join(';');
}

function periodIn(zone: string): (record: LogRecord) => string {
  const wallClock = wallClockOf(zone);
  return ({ ts }) => dayName(Math.floor(wallClock(Date.parse(ts) / 1000) / DAY_SECONDS));
}

function keyOf(record: ProductRecord): string {
  return 'period' in record ? record.period : record.user;
}

function fake(reason: string, detail: string): Finding {
  return { reason, detail, cost: FAKE };
}
