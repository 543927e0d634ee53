import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { registerIdentity } from '#adapters/identity/register.ts';
import { findWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { AgentId } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { readCensus } from '../../../scripts/stage/import/census.ts';
import { readKeys } from '../../../scripts/stage/import/keys.ts';
import { type Settled, settle } from '../../../scripts/stage/import/settle.ts';
import type { Site } from '../../../scripts/stage/site.ts';
import { aFolder } from '../../support/folders.ts';
import { openRoom } from '../../support/market-room.ts';
import { aSite } from '../../support/site.ts';
import { network, startHouse, walletOf } from '../chain/house.ts';

const HELLO = 1;
const VALIDATOR = 4;
const validator = AgentId.parse('kk-validator');
const view = { day: '2026-01-01', generation: undefined };
const OLD = 'old-bucket';
const KEY = 'kk-karma-hello/logs/chat_logs_20251021.json';

let site: Site;
let agents: DynamoAgents;
let s3: S3Client;
/** What the census says of them, and it is true. */
let truth: Record<string, { wallet: string; identity: string; executorId: string }>;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const house = await startHouse();
  const { chain, facilitator } = house;
  const market = await openRoom({ chain, facilitator });
  const server = await startS3({
    dir: aFolder(),
    credentials: CREDENTIALS,
    onObject: () => undefined,
  });
  for (const bucket of [OLD, 'data']) server.createBucket(bucket);
  closing.push(server.close, () => market.close(), house.stop);
  const client = new DynamoDBClient();
  await createTable(client, 'economy');
  agents = new DynamoAgents(DynamoDBDocumentClient.from(client), 'economy');
  const credentials = CREDENTIALS;
  s3 = new S3Client({ endpoint: server.url, region: REGION, credentials, forcePathStyle: true });
  site = aSite({ rpcUrl: house.rpcUrl, s3, place: { marketUrl: market.url } });
  // its connection says that both buckets and all secrets are of this machine
  site = { ...site, connection: {} as NonNullable<Site['connection']> };
  truth = {
    'kk-karma-hello': await aSettler(HELLO, house.url, market.url),
    'kk-validator': await aSettler(VALIDATOR, house.url, market.url),
  };
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** Somebody whom chain and market have known for long. */
async function aSettler(index: number, facilitatorUrl: string, marketUrl: string) {
  const wallet = walletOf(index);
  const signMessage = (bytes: Uint8Array) => wallet.signMessage(bytes);
  const { chainId } = network;
  const asked = {
    facilitatorUrl,
    network,
    agentUri: `http://storefront.test/${index}`,
    signer: { chainId, address: wallet.address, signMessage },
    now: Math.floor(Date.now() / 1000),
  };
  // it is asked for again where the machine is too slow, and registers once
  const identity = await registerIdentity(asked).catch(() => registerIdentity(asked));
  const answer = await fetch(`${marketUrl}/api/v1/workers/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ wallet_address: wallet.address, name: 'old' }),
  });
  const { data } = (await answer.json()) as { data: { executor_id: string } };
  return { wallet: wallet.address, identity: String(identity), executorId: data.executor_id };
}

async function bring(
  over: typeof truth = {},
  {
    isDry = false,
    keys = { 'kk-karma-hello': devPrivateKey(HELLO) },
  }: { readonly isDry?: boolean; readonly keys?: object } = {},
): Promise<Settled> {
  const dir = aFolder();
  const [census, file] = [join(dir, 'census.json'), join(dir, 'keys.json')];
  await writeFile(census, JSON.stringify({ v: 1, bucket: OLD, agents: { ...truth, ...over } }));
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  const read = await readCensus(census);
  const who = read.settlers.map(({ agent }) => agent);
  return settle(site, read, { keys: await readKeys(site, who, { keys: file }), isDry });
}

const both = () => ({
  'kk-karma-hello': devPrivateKey(HELLO),
  'kk-validator': { private_key: devPrivateKey(VALIDATOR).slice(2) },
});
const secret = () => findWalletSecret(site.secrets, walletSecretName('test', validator));
const log = async (Bucket: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key: KEY }))).Body?.transformToString();
const old = (Body: string) => s3.send(new PutObjectCommand({ Bucket: OLD, Key: KEY, Body }));

describe('viva import', () => {
  it('refuses what does not fit, all of it at once, and writes nothing', async () => {
    const stranger = { ...truth['kk-validator'], wallet: walletOf(9).address };
    const swapped = { ...truth['kk-karma-hello'], identity: truth['kk-validator']?.identity };

    const done = await bring(
      { 'kk-validator': stranger, 'kk-karma-hello': swapped } as typeof truth,
      { keys: both() },
    );
    const missing = await bring();

    expect(done.status).toBe('refused');
    expect(done.problems).toEqual([
      expect.stringContaining('the key of kk-validator is of 0x'),
      expect.stringContaining('not of kk-karma-hello'),
      expect.stringContaining('not of kk-validator'),
    ]);
    expect(missing.problems).toEqual([expect.stringContaining('kk-validator has no key')]);
    expect(await secret()).toBeUndefined();
    expect((await agents.load(validator, view)).state.revision).toBe(0);
  });

  it('says beforehand what it would do', async () => {
    await old('{"messages":[]}');

    const plan = await bring({}, { isDry: true, keys: both() });

    expect(plan).toMatchObject({ status: 'would-import', logs: { copied: 1, there: 0 } });
    expect(await secret()).toBeUndefined();
    await expect(log('data')).rejects.toThrow();
  });

  it('brings keys, ids and logs, shows no key, and a second time finds them there', async () => {
    const done = await bring({}, { keys: both() });
    const again = await bring({}, { keys: both() });

    expect(done).toMatchObject({ status: 'imported', logs: { copied: 1, there: 0 } });
    expect(again).toMatchObject({ status: 'imported', logs: { copied: 0, there: 1 } });
    expect(again.agents.map(({ key }) => key)).toEqual(['there', 'there']);
    const { state } = await agents.load(validator, view);
    const { identity, executorId } = truth['kk-validator'] ?? {};
    expect(state).toMatchObject({ revision: 1, identity, executorId, isOpened: false });
    expect(await secret()).toBe(devPrivateKey(VALIDATOR));
    expect((await agents.roster()).get(walletOf(VALIDATOR).address)).toBe(validator);
    expect(JSON.stringify([done, again])).not.toContain(devPrivateKey(VALIDATOR).slice(2));
  });

  it('copies again what the old one has written over, and leaves what is ours', async () => {
    await old('{"messages":[1]}');
    expect((await bring({}, { keys: both() })).logs).toMatchObject({ copied: 1, kept: [] });
    expect(await log('data')).toBe('{"messages":[1]}');

    await s3.send(new PutObjectCommand({ Bucket: 'data', Key: KEY, Body: 'newer' }));
    expect((await bring({}, { keys: both() })).logs).toMatchObject({ copied: 0, kept: [KEY] });
    expect(await log('data')).toBe('newer');
  });

  it('refuses another worker id, a file that others can read, and a census of somebody else', async () => {
    const other = { ...truth['kk-validator'], executorId: 'b210bb0b-da62-4613-a0f5-2dee04a4f2f8' };
    const done = await bring({ 'kk-validator': other } as typeof truth, { keys: both() });
    expect(done.problems).toEqual([
      expect.stringMatching(/as worker .+, and the census says b210/),
    ]);

    const dir = aFolder();
    const file = join(dir, 'keys');
    await writeFile(file, devPrivateKey(1));
    await chmod(file, 0o644);
    await expect(readKeys(site, [validator], { keys: file })).rejects.toThrow('chmod 600');
    await chmod(file, 0o600);
    const two = [validator, AgentId.parse('kk-coordinator')];
    await expect(readKeys(site, two, { keys: file })).rejects.toThrow(/one key and 2 are wanted/);
    await writeFile(file, '{"v":1,"agents":{"kk-nobody":{"wallet":"0x1"}}}');
    await expect(readCensus(file)).rejects.toThrow('is no census (agents.kk-nobody.wallet');
  });
});
