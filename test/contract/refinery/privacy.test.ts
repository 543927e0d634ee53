import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { DeliveryDoor } from '#adapters/goods/delivery-door.ts';
import { S3Goods } from '#adapters/goods/s3-goods.ts';
import { checkDelivery } from '#adapters/products/check-delivery.ts';
import { gunzip, lines } from '#adapters/products/ndjson.ts';
import type { SellDeal } from '#contract/deal.ts';
import { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import {
  DATA_FILE,
  Delivery,
  NewestProduct,
  type Product,
  type ProductManifest,
  PUBLIC_FILE,
} from '#contract/products.ts';
import { agentOf, COLLECTOR, ROSTER } from '#contract/roster.ts';
import type { RefineOrder } from '#core/ports/goods.ts';
import { aBuyDeal, agentId, taskId, WALLETS, walletOf } from '../../support/builders.ts';
import { type EconomyTable, openEconomyTable } from '../../support/economy-table.ts';
import { collect } from '../../support/messages.ts';
import { collectAll, house, upload } from '../../unit/logs/house.ts';

const SOUL = agentId('kk-soul-extractor');
const NAME = 'Zoraida77';
const LINES = [
  `[10:00] <${NAME}> i write python and docker every day @luis`,
  `[10:01] <luis> ${NAME}: python docker solidity, parce`,
  `[10:02] <ana> @zoraida77 gracias, zoraida77 sabe de bitcoin`,
  `[10:03] <luis> ana: how do we deploy the docker node? zoraida77?`,
  `[10:04] <ana> luis: con zoraida77 zoraida77 zoraida77`,
];

let economy: EconomyTable;
beforeAll(async () => {
  economy = await openEconomyTable();
});
afterAll(() => economy.close());

describe('the list of opt-outs', () => {
  const agent = AgentId.parse('kk-list');
  it('holds everyone once, and counts changes alone', async () => {
    const pointers = new DynamoCorpusPointers(economy.client, economy.table);
    expect(await pointers.optOuts(agent)).toEqual({ revision: 0, nicks: new Set() });
    expect(await pointers.optOut(agent, 'ana')).toBe('added');
    expect(await pointers.optOut(agent, 'ana')).toBe('kept');
    expect(await pointers.optOut(agent, 'luis')).toBe('added');
    expect(await pointers.optOuts(agent)).toEqual({ revision: 2, nicks: new Set(['ana', 'luis']) });
    expect(await pointers.optIn(agent, 'ana')).toBe(true);
    expect(await pointers.optIn(agent, 'ana')).toBe(false);
    expect(await pointers.optIn(agent, 'luis')).toBe(true);
    expect(await pointers.optOuts(agent)).toEqual({ revision: 4, nicks: new Set() });
  });

  it('loses nobody when two are added at once', async () => {
    const pointers = new DynamoCorpusPointers(economy.client, economy.table);
    const two = AgentId.parse('kk-two');
    const names = ['a', 'b', 'c', 'd', 'a', 'b'];
    const outcomes = await Promise.all(names.map((name) => pointers.optOut(two, name)));
    expect(outcomes.filter((outcome) => outcome === 'added')).toHaveLength(4);
    expect(await pointers.optOuts(two)).toEqual({
      revision: 4,
      nicks: new Set(['a', 'b', 'c', 'd']),
    });
  });
});

let only: ReturnType<typeof chain> | undefined;
/** There is one table, and so one corpus. */
function theChain(): ReturnType<typeof chain> {
  only ??= chain();
  return only;
}

/** All six products, as the agents make them of each other's. */
async function chain() {
  const memory = house();
  const { objects } = memory;
  const pointers = new DynamoCorpusPointers(economy.client, economy.table);
  const services = { ...memory, pointers };
  const days = ['2005-02-08', '2005-02-09', '2005-02-10'].map((day) =>
    upload(memory, `${day}.txt`, `${LINES.join('\n')}\n`),
  );
  await collectAll(services, [days]);
  const corpus = new S3Corpus(services);
  const storefrontUrl = 'http://store.test';
  // nothing is fetched here
  const door = new DeliveryDoor({ storefrontUrl, hosts: [], sign: () => Promise.resolve({}) });
  const now = () => new Date();
  const goods = new S3Goods({
    ...{ objects, corpus, door, storefrontUrl, now, zone: 'UTC' },
    roster: () => Promise.resolve(WALLETS),
    secret: new TextEncoder().encode('a secret of 32 bytes, more or less'),
  });
  let deals = 0;

  const sold = async (product: Product, buyer: AgentId): Promise<RefineOrder['inputs'][number]> => {
    const seller = sellerOf(product);
    const manifest = await made(product);
    deals += 1;
    const task = taskId(deals);
    const deal = { product, goods: manifest.version, taskId: task, buyer: walletOf(buyer) };
    const evidence = await goods.handOver(seller, deal as SellDeal);
    const bytes = await objects.read(dataOf(manifest));
    await objects.put(objectKey.purchase(buyer, task, DATA_FILE), bytes!, {});
    return { taskId: task, evidence };
  };
  const made = async (product: Product): Promise<ProductManifest> => {
    const agentId = sellerOf(product);
    const { version } = (await corpus.pointer(COLLECTOR))!;
    const inputs = await Promise.all(agentOf(agentId).wants.map((one) => sold(one, agentId)));
    return (await goods.refine({ agentId, product, generation: version.slice(0, 16), inputs }))!;
  };
  const textOf = (manifest: ProductManifest) => textAt(dataOf(manifest));
  const textAt = async (key: string): Promise<string> => {
    const body = await objects.open(key);
    if (body === undefined || body === 'changed') throw new Error('no data');
    return (await collect(lines(gunzip(body)))).flat().join('\n');
  };
  return { pointers, corpus, goods, objects, made, textOf, textAt };
}

function dataOf({ seller, product, version }: ProductManifest): string {
  return objectKey.product(seller, product, `${version}/${DATA_FILE}`);
}

function sellerOf(product: Product): AgentId {
  return ROSTER.find(({ sells }) => sells.includes(product))!.id;
}

const NAMED = /zoraida/i;

describe('who opts out', () => {
  it('is absent from new versions of every product, and counted in each', async () => {
    const { pointers, corpus, made, textOf } = await theChain();
    const products = Object.keys(PROOF) as Product[];
    const before = new Map<Product, ProductManifest>();
    for (const product of products) before.set(product, await made(product));
    const old = (await corpus.pointer(COLLECTOR))!;
    for (const product of products) {
      expect(NAMED.test(await textOf(before.get(product)!)), product).toBe(PROOF[product]);
      expect(before.get(product)).toMatchObject({ leftOut: 0 });
    }

    await pointers.optOut(COLLECTOR, NAME.toLowerCase());
    await pointers.optOut(COLLECTOR, 'who-never-spoke');
    for (const product of products) {
      const after = await made(product);
      expect(await textOf(after), product).not.toMatch(NAMED);
      expect(JSON.stringify(after), product).not.toMatch(NAMED);
      expect(after.leftOut, product).toBe(1);
      expect(after.version).not.toBe(before.get(product)?.version);
      expect(after.records, product).toBeGreaterThan(0);
      expect(await textOf(after), product).toMatch(product === 'topic_map' ? /period/ : /luis/);
    }
    expect((await collect(corpus.messages(old))).map(({ user }) => user)).toContain(NAME);

    await pointers.optIn(COLLECTOR, NAME.toLowerCase());
    await pointers.optIn(COLLECTOR, 'who-never-spoke');
    const again = await made('raw_logs');
    expect(await textOf(again)).toBe(await textOf(before.get('raw_logs')!));
    expect((await corpus.pointer(COLLECTOR))?.version).not.toBe(old.version);
  });
});

/** Whether a product names its people at all: what is absent later must have been there. */
const PROOF: Readonly<Record<Product, boolean>> = {
  raw_logs: true,
  user_stats: true,
  // found words leave out the names of who spoke: hers must not come back once she did not
  topic_map: false,
  skill_profiles: true,
  voice_profiles: true,
  soul_profiles: true,
};

/** All who speak or are spoken of. */
const ANYBODY = /zoraida|luis|\bana\b/i;
const PSEUDONYM = /anon-[0-9a-f]{16}/g;

describe('who is not of the roster', () => {
  it('gets every product with pseudonyms of its own deal, as its evidence says', async () => {
    const { goods, objects, made, textAt } = await theChain();
    const deal = (manifest: ProductManifest, n: number) =>
      ({
        ...{ product: manifest.product, goods: manifest.version, taskId: taskId(900 + n) },
        buyer: walletOf('stranger'),
      }) as SellDeal;
    const delivered = async (manifest: ProductManifest, n: number) => {
      const evidence = await goods.handOver(manifest.seller, deal(manifest, n));
      const stored = await objects.read(objectKey.delivery(manifest.seller, taskId(900 + n)));
      const { key } = Delivery.parse(JSON.parse(new TextDecoder().decode(stored)));
      return { evidence, key, text: await textAt(key) };
    };
    for (const [n, product] of (Object.keys(PROOF) as Product[]).entries()) {
      const manifest = await made(product);
      const one = await delivered(manifest, 2 * n);
      const other = await delivered(manifest, 2 * n + 1);
      expect(one.text, product).not.toMatch(ANYBODY);
      expect(one.key).toBe(objectKey.delivery(manifest.seller, taskId(900 + 2 * n), DATA_FILE));
      expect(one.evidence).toMatchObject({ pseudonymised: true, records: manifest.records });
      expect(await delivered(manifest, 2 * n)).toEqual(one);
      const bounty = aBuyDeal({ product, taskId: taskId(900 + 2 * n) });
      const submitted = { json_response: one.evidence };
      expect(await goods.inspect(SOUL, bounty, submitted)).toMatchObject({ kind: 'bad' });
      const body = await objects.open(one.key);
      if (body === undefined || body === 'changed') throw new Error('no goods');
      const expected = { product, now: new Date() };
      const checked = { evidence: one.evidence, body, minimumRecords: 1, maxBytes: 1e9, expected };
      expect(await checkDelivery(checked), product).toMatchObject({ ok: true });
      if (product === 'topic_map') continue;
      expect(new Set(one.text.match(PSEUDONYM)).size, product).toBe(3);
      expect(other.text.match(PSEUDONYM)?.some((name) => one.text.includes(name))).toBe(false);
    }
  });

  it('sees and buys no names at the direct door', async () => {
    const { goods, objects, made, textAt } = await theChain();
    for (const product of Object.keys(PROOF) as Product[]) {
      const { seller, version } = await made(product);
      await goods.shelve(seller, { product, version, price: 90_000n });
      const stored = await objects.read(objectKey.newest(seller, product));
      const text = new TextDecoder().decode(stored);
      const shown = NewestProduct.parse(JSON.parse(text));
      expect(shown).toMatchObject({ version, pseudonymised: true, leftOut: 0, price: 90_000n });
      expect(text).not.toMatch(ANYBODY);
      const file = objectKey.product(seller, product, `${version}/${PUBLIC_FILE}`);
      expect(await textAt(file), product).not.toMatch(ANYBODY);
      expect((await objects.head(file))?.size).toBe(shown.bytes);
    }
  });
});
