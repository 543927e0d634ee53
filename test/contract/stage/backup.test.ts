import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { rowsOf } from '../../../scripts/stage/backup/tables.ts';
import { fillAll, saveAll } from '../../../scripts/viva/backup.ts';
import { aSite } from '../../support/site.ts';

let dir: string;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'viva-backup-'));
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(dir, { recursive: true });
});

async function aStage(name: string) {
  const dynamo = await startDynamo({ dir: undefined });
  const s3 = await startS3({
    port: 0,
    dir: join(dir, name),
    credentials: CREDENTIALS,
    onObject: () => undefined,
  });
  closing.push(dynamo.close, s3.close);
  const common = { region: REGION, credentials: CREDENTIALS };
  const low = new DynamoDBClient({ ...common, endpoint: dynamo.url });
  for (const table of ['economy', 'market']) await createTable(low, table);
  const objects = new S3Client({ ...common, endpoint: s3.url });
  await objects.send(new CreateBucketCommand({ Bucket: 'data' })).catch(() => {
    s3.createBucket('data');
  });
  const client = DynamoDBDocumentClient.from(low);
  const site = aSite({ rpcUrl: 'http://127.0.0.1:1', dynamo: client, s3: objects });
  return { site, low, client, objects, place: await site.place() };
}

it('puts a stage back into an empty one, and a second time nothing more', async () => {
  const one = await aStage('one');
  const item = {
    pk: 'AGENT#a',
    sk: 'STATE',
    v: 1,
    amount: 12345678901234567890n,
    later: { x: [1] },
  };
  await one.client.send(new PutCommand({ TableName: 'economy', Item: item }));
  await one.client.send(
    new PutCommand({ TableName: 'market', Item: { pk: 'TASK#1', sk: 'TASK' } }),
  );
  const Key = 'kk-karma-hello/logs/full.txt/@0123-1';
  await one.objects.send(new PutObjectCommand({ Bucket: 'data', Key, Body: 'línea\n' }));

  const out = join(dir, 'out');
  await mkdir(out);
  expect(await saveAll(one.site, one.place, out)).toMatchObject({
    economy: 1,
    market: 1,
    objects: 1,
  });
  const two = await aStage('two');
  const there = { dynamo: two.low, s3: two.objects };
  expect(await fillAll(there, two.place, out)).toEqual({ economy: 1, market: 1, objects: 1 });
  expect(await fillAll(there, two.place, out)).toEqual({ economy: 0, market: 0, objects: 0 });

  expect(await Array.fromAsync(rowsOf(two.low, 'economy'))).toEqual(
    await Array.fromAsync(rowsOf(one.low, 'economy')),
  );
  const { Body } = await two.objects.send(new GetObjectCommand({ Bucket: 'data', Key }));
  expect(await Body?.transformToString()).toBe('línea\n');
});
