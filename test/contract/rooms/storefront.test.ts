import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { RosterWallets } from '#adapters/dynamodb/roster-wallets.ts';
import { DynamoSeen } from '#adapters/dynamodb/seen.ts';
import { signRequest } from '#adapters/erc8128/sign.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { objectKey } from '#contract/keys.ts';
import { DATA_FILE, type Delivery } from '#contract/products.ts';
import { VALIDATOR } from '#contract/verdict.ts';
import { createLog } from '#runtime/log.ts';
import { storefront } from '../../../functions/storefront/app.ts';
import type { Services } from '../../../functions/storefront/wiring.ts';
import { network, SELLER, someEvidence, taskId } from '../../support/builders.ts';
import { type EconomyTable, openEconomyTable } from '../../support/economy-table.ts';
import { signerOf } from '../../support/market-room.ts';
import { type Store, s3Store } from '../../support/stores.ts';

const ORIGIN = 'https://store.example';
const log = createLog('storefront', () => undefined);

const now = () => new Date();
const buyer = new EvmWallet(generatePrivateKey(), network);
const validator = new EvmWallet(generatePrivateKey(), network);
const other = new EvmWallet(generatePrivateKey(), network);

describe('the storefront', () => {
  let store: Store;
  let economy: EconomyTable;
  let app: ReturnType<typeof storefront>;
  const goods = new TextEncoder().encode('goods');

  beforeAll(async () => {
    [store, economy] = await Promise.all([s3Store(), openEconomyTable()]);
    const { client, table } = economy;
    const nonces = new DynamoSeen(client, { table, room: 'storefront', now });
    // what deliveries need of the room; its shop has tests of its own
    const services: Pick<Services, 'objects' | 'nonces' | 'wallets' | 'now' | 'log'> = {
      objects: store.objects,
      nonces,
      wallets: new RosterWallets(client, table),
      now,
      log,
    };
    await new DynamoAgents(client, table).enrol(VALIDATOR, validator.address);
    app = storefront(() => services as Services);
    const key = objectKey.product(SELLER, 'raw_logs', 'v1/data.ndjson.gz');
    await store.objects.put(key, goods, { contentType: 'application/gzip' });
    await handOver(1, key);
    const secret = 'kk-skill-extractor/purchases/secret/data.ndjson.gz';
    await store.objects.put(secret, goods, { contentType: 'application/gzip' });
    await handOver(2, secret);
    const edition = objectKey.delivery(SELLER, taskId(3), DATA_FILE);
    await store.objects.put(edition, goods, { contentType: 'application/gzip' });
    await handOver(3, edition);
    await handOver(4, edition);
  });
  afterAll(() => Promise.all([store.close(), economy.close()]));

  async function handOver(n: number, key: string): Promise<void> {
    const delivery: Delivery = {
      v: 1,
      taskId: taskId(n),
      buyer: buyer.address,
      key,
      fileName: 'raw_logs-v1.ndjson.gz',
      evidence: someEvidence(),
    };
    const body = new TextEncoder().encode(JSON.stringify(delivery));
    await store.objects.put(objectKey.delivery(SELLER, taskId(n)), body, {
      contentType: 'application/json',
    });
  }

  const pathOf = (n: number, seller: string = SELLER) =>
    `/deliveries/${taskId(n)}?seller=${seller}`;

  function signed(path: string, by: EvmWallet): Promise<Record<string, string>> {
    const seconds = Math.floor(now().getTime() / 1000);
    return signRequest({ method: 'GET', url: ORIGIN + path }, signerOf(by), { now: seconds });
  }

  async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return app.request(ORIGIN + path, { headers });
  }

  it('sends the buyer to the goods, and to the goods alone', async () => {
    const answer = await ask(pathOf(1), await signed(pathOf(1), buyer));
    expect(answer.status).toBe(302);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const fetched = await fetch(answer.headers.get('location') ?? '');
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(goods);
  });

  it('sends the validator to the goods too: it audits what others paid for', async () => {
    const answer = await ask(pathOf(1), await signed(pathOf(1), validator));
    expect(answer.status).toBe(302);
  });

  it('refuses another wallet', async () => {
    const answer = await ask(pathOf(1), await signed(pathOf(1), other));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('location')).toBeNull();
  });

  it('refuses who does not sign, who signs something else, and who signs once for two', async () => {
    expect((await ask(pathOf(1))).status).toBe(401);
    expect((await ask(pathOf(1), await signed(pathOf(2), buyer))).status).toBe(401);
    const headers = await signed(pathOf(1), buyer);
    expect((await ask(pathOf(1), headers)).status).toBe(302);
    expect((await ask(pathOf(1), headers)).status).toBe(401);
  });

  it.each([
    ['nothing was handed over', pathOf(9)],
    ['another seller', pathOf(1, 'kk-soul-extractor')],
  ])('knows no delivery: %s', async (_why, path) => {
    expect((await ask(path, await signed(path, buyer))).status).toBe(404);
  });

  it.each([
    `/deliveries/${taskId(1)}`,
    pathOf(1, 'stranger'),
    pathOf(1, '..%2Fkk-karma-hello'),
    '/deliveries/..%2F..%2Fsecret?seller=kk-karma-hello',
    '/nowhere',
  ])('knows no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('hands out what was made for this deal alone, and not what was made for another', async () => {
    expect((await ask(pathOf(3), await signed(pathOf(3), buyer))).status).toBe(302);
    expect((await ask(pathOf(4), await signed(pathOf(4), buyer))).status).toBe(404);
  });

  it('hands out nothing that is not a product of the seller, whatever the seller wrote', async () => {
    const answer = await ask(pathOf(2), await signed(pathOf(2), buyer));
    expect(answer.status).toBe(404);
    expect(answer.headers.get('location')).toBeNull();
  });
});
