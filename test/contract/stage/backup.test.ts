import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { EvmPayments } from '#adapters/evm/evm-payments.ts';
import { AgentId } from '#contract/ids.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { bookPayment, sightPayments } from '#core/heartbeat/payments.ts';
import { openingEntry } from '#core/money/ledger.ts';
import { startChain } from '../../../scripts/local/chain/chain.ts';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { listen } from '../../../scripts/local/cloud/http.ts';
import { lambdaApi } from '../../../scripts/local/cloud/lambda/api.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { isFolder } from '../../../scripts/local/economy/uploads.ts';
import { giveKeys } from '../../../scripts/local/economy/wallets.ts';
import { rowsOf } from '../../../scripts/stage/backup/tables.ts';
import { halt } from '../../../scripts/stage/halt.ts';
import { walletOf } from '../../../scripts/stage/keys.ts';
import { withLease } from '../../../scripts/stage/lease.ts';
import { whileQuiet } from '../../../scripts/stage/quiet.ts';
import type { Site } from '../../../scripts/stage/site.ts';
import { moveUsdc } from '../../../scripts/stage/wallets/move.ts';
import { fillAll, saveAll } from '../../../scripts/viva/backup.ts';
import { aFolder } from '../../support/folders.ts';
import { aSite } from '../../support/site.ts';
import { startHouse } from '../chain/house.ts';

const validator = AgentId.parse('kk-validator');
const view = { day: '2026-01-01', generation: undefined };
let house: Awaited<ReturnType<typeof startHouse>>;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  house = await startHouse();
  closing.push(house.stop);
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function aStage(rpcUrl = house.rpcUrl) {
  const dynamo = await startDynamo({ dir: undefined });
  const s3 = await startS3({ dir: aFolder(), credentials: CREDENTIALS, onObject: () => undefined });
  s3.createBucket('data');
  closing.push(dynamo.close, s3.close);
  const common = { region: REGION, credentials: CREDENTIALS };
  const low = new DynamoDBClient({ ...common, endpoint: dynamo.url });
  for (const table of ['economy', 'market']) await createTable(low, table);
  const client = DynamoDBDocumentClient.from(low);
  const agents = new DynamoAgents(client, 'economy');
  // whoever is invoked books, as its beat does
  const lambda = await listen(
    lambdaApi({
      find: (name) => (name.endsWith(validator) ? ({ name } as never) : undefined),
      invoke: () => bookAll(site, agents).then(() => ({ ok: true, payload: '{}' }) as never),
      invokeAsync: () => Promise.resolve(),
    }),
  );
  closing.push(lambda.close);
  const objects = new S3Client({ ...common, endpoint: s3.url, forcePathStyle: true });
  const site = aSite({
    rpcUrl,
    dynamo: client,
    s3: objects,
    lambda: new LambdaClient({ ...common, endpoint: lambda.url, maxAttempts: 1 }),
    place: { facilitatorUrl: house.url },
  });
  return { site, low, client, objects, agents, place: await site.place() };
}

type Stage = Awaited<ReturnType<typeof aStage>>;

async function bookAll({ chain }: Site, agents: DynamoAgents): Promise<void> {
  await withLease({ agents, agent: validator }, async (lease) => {
    const { state, payments } = await agents.load(validator, view);
    for (const seen of await sightPayments(payments, new EvmPayments(chain))) {
      const change = bookPayment({ agent: agentOf(validator), state }, seen, new Date());
      if (change !== undefined) await agents.commit(lease, change);
    }
  });
}

/** The validator's books begin with what its wallet holds. */
async function openBooks({ site, agents }: Stage): Promise<void> {
  await giveKeys(site.secrets, 'test');
  const { address } = await walletOf(site, validator);
  await agents.enrol(validator, address);
  const opening = openingEntry(await site.chain.balanceOf(address), new Date().toISOString());
  await withLease({ agents, agent: validator }, async (lease) => {
    const { state } = await agents.load(validator, view);
    const opened = { ...state, revision: 1, isOpened: true };
    await agents.commit(lease, { state: opened, entries: [opening] });
  });
}

/** 0.001 USDC more for the validator: written down as a payment that its next beat books. */
async function pay({ site }: Stage, facilitatorUrl = house.url): Promise<void> {
  const from = await walletOf(site, 'treasury');
  const { address: to } = await walletOf(site, validator);
  const terms = { payees: new Set([to]), isMainnetMeant: false, isDry: false };
  const there = aSite({ ...site, place: { facilitatorUrl } });
  const order = { agent: validator, from, to, direction: 'in', amountOf: () => 1_000n } as const;
  await moveUsdc(there, order, terms);
}

describe('viva backup and restore', () => {
  it('put a stage back into an empty one, and a second time nothing more', async () => {
    const one = await aStage();
    const items = [
      { pk: 'AGENT#a', sk: 'STATE', v: 1, amount: 12345678901234567890n, later: { x: [1] } },
      { pk: 'AGENT#a', sk: 'INBOX#1', text: 'two lines\u2028of one message\n' },
      { pk: 'AGENT#a', sk: 'LEASE', owner: 'o', fence: 7, again: false, until: 9e15 },
    ];
    for (const Item of items) await one.client.send(new PutCommand({ TableName: 'economy', Item }));
    await one.client.send(
      new PutCommand({ TableName: 'market', Item: { pk: 'TASK#1', sk: 'TASK' } }),
    );
    // a file, what would be a file in its folder, and one that a shell hides
    const keys = ['full.txt', 'full.txt/@0123-1', '.hidden'].map((name) => `kk-a/logs/${name}`);
    for (const Key of keys)
      await one.objects.send(
        new PutObjectCommand({
          Bucket: 'data',
          Key,
          Body: `línea of ${Key}\n`,
          ContentType: 'a/b',
        }),
      );

    const out = join(aFolder(), 'out');
    // with the lease of each agent
    const saved = { economy: items.length + ROSTER.length, market: 1, objects: 3 };
    expect(await saveAll(one.site, out, { patience: 0 })).toMatchObject(saved);
    const two = await aStage();
    const there = { dynamo: two.low, s3: two.objects };
    expect(await fillAll(there, two.place, out)).toEqual(saved);
    expect(await fillAll(there, two.place, out)).toEqual({ economy: 0, market: 0, objects: 0 });

    const rows = (await Array.fromAsync(rowsOf(one.low, 'economy'))).map((row) =>
      row['sk']?.S === 'LEASE' ? { ...row, until: { N: '0' } } : row,
    );
    expect(await Array.fromAsync(rowsOf(two.low, 'economy'))).toEqual(rows);
    for (const Key of keys) {
      const { Body, ContentType } = await two.objects.send(
        new GetObjectCommand({ Bucket: 'data', Key }),
      );
      expect([await Body?.transformToString(), ContentType]).toEqual([`línea of ${Key}\n`, 'a/b']);
    }
  });

  it('give back books that equal their wallets, from an economy that never stood still', async () => {
    const one = await aStage();
    await openBooks(one);
    let [isOver, paid] = [false, 0];
    const life = (async () => {
      while (!isOver) {
        if ((await one.agents.load(validator, view)).isHalted) await sleep(20);
        else await pay(one).then(() => (paid += 1));
        if (paid % 3 === 0) await bookAll(one.site, one.agents);
      }
    })();
    const out = join(aFolder(), 'out');
    const saved = await saveAll(one.site, out, { patience: 60, chainDir: house.chainDir });
    const before = paid;
    await expect.poll(() => paid, { timeout: 60_000 }).toBeGreaterThan(before);
    isOver = true;
    await life;

    expect(saved.economy).toBeGreaterThan(2);
    const chain = await startChain({ dir: join(out, 'chain') });
    closing.push(() => chain.stop());
    const two = await aStage(chain.url);
    await fillAll({ dynamo: two.low, s3: two.objects }, two.place, out);
    // without patience a backup is refused where a ledger is not its wallet
    const again = await saveAll(two.site, join(aFolder(), 'again'), { patience: 0 });
    expect(again.economy).toBe(saved.economy);
  }, 120_000);
});

describe('a backup', () => {
  it('is refused while money is on its way, and leaves neither files nor a halt', async () => {
    const stage = await aStage();
    await openBooks(stage);
    await pay(stage, 'http://127.0.0.1:1').catch(() => undefined);
    const out = join(aFolder(), 'out');

    const tried = saveAll(stage.site, out, { patience: 0 });

    await expect(tried).rejects.toThrow(/^Money is on its way: kk-validator has 1 payments/);
    expect(await isFolder(out)).toBe(false);
    const { isHalted } = await stage.agents.load(validator, view);
    expect(isHalted).toBe(false);
  });

  it('keeps everybody from buying, beating and writing, and takes over what a dead one left halted', async () => {
    const { site, agents } = await aStage();
    const terms = { because: 'a test', patienceMs: 0, onLocked: () => undefined };
    const canBeat = async () => {
      const [now, until] = [new Date(), new Date(Date.now() + 60_000)];
      const lease = await agents.takeLease(validator, { owner: 'x', now, until });
      return lease !== undefined && (await agents.letGo(lease)) === 'gone';
    };
    const isHalted = async () => (await agents.load(validator, view)).isHalted;
    await halt(site, terms.because);

    await whileQuiet(site, terms, async () => {
      expect(await canBeat()).toBe(false);
      expect(await isHalted()).toBe(true);
    });

    expect(await canBeat()).toBe(true);
    expect(await isHalted()).toBe(false);
    await halt(site, 'the owner says so');
    const other = { ...terms, because: 'another' };
    const failing = whileQuiet(site, other, () => Promise.reject(new Error('disk full')));
    await expect(failing).rejects.toThrow('disk full');
    expect(await isHalted()).toBe(true);
    expect(await canBeat()).toBe(true);
  });
});
