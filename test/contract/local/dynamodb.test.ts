import { ListTablesCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalDynamo, startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { serve, temporaryFolder } from './children.ts';
import { dynamoSuite } from './dynamodb-suite.ts';
import { clientOf, type Endpoint, newTable } from './dynamodb-tools.ts';

// many, so that a kill most likely comes within a transaction
const PLACES = Array.from({ length: 50 }, (_, n) => `place-${String(n)}`);

describe('the local DynamoDB', () => {
  let dynamo: LocalDynamo;
  let target: Endpoint;
  beforeAll(async () => {
    dynamo = await startDynamo({ dir: undefined });
    target = { client: clientOf(dynamo.url), url: dynamo.url };
  });
  afterAll(() => dynamo.close());

  dynamoSuite('local', () => target, { misfit: 'TransactionCanceledException' });

  it('deletes what expired within seconds (DynamoDB Local takes longer)', async () => {
    const TableName = await newTable(target.client);
    const doc = DynamoDBDocumentClient.from(target.client);
    const now = Math.floor(Date.now() / 1000);
    const put = (pk: string, expires: unknown) =>
      doc.send(new PutCommand({ TableName, Item: { pk, sk: 'x', owner: 'ada', expires } }));
    await put('old before it was enabled', now - 5);
    await target.client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      }),
    );
    await put('old', now - 1);
    await put('later', now + 3600);
    await put('a word', 'yesterday');
    await put('over five years ago', now - 6 * 365 * 24 * 3600);
    const left = async (IndexName?: string) =>
      (await doc.send(new ScanCommand({ TableName, IndexName }))).Items?.map(
        ({ pk }) => pk as string,
      ).sort();

    await expect
      .poll(() => left(), { timeout: 5_000 })
      .toEqual(['a word', 'later', 'over five years ago']);
    expect(await left('by-owner')).toEqual(['a word', 'later', 'over five years ago']);
  });

  it('says that it has no PartiQL rather than answering wrongly', async () => {
    const response = await fetch(dynamo.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.ExecuteStatement' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      __type: 'com.amazon.coral.service#UnknownOperationException',
    });
  });
});

describe('the local DynamoDB on a folder', () => {
  it('keeps every acknowledged write and only whole transactions through kill -9', async () => {
    const dir = temporaryFolder();
    const acknowledged = new Set<number>();
    let table = '';
    for (let life = 0, n = 0; life < 3; life += 1) {
      const served = await serve('dynamodb', dir);
      const client = clientOf(served.url);
      const doc = DynamoDBDocumentClient.from(client);
      if (life === 0) table = await newTable(client);
      await expectWhole(doc, table, acknowledged);

      const writing = new AbortController();
      const writers = Array.from({ length: 8 }, async () => {
        while (!writing.signal.aborted) {
          n += 1;
          const mine = n;
          const item = (pk: string) => ({ pk, sk: String(mine), owner: 'ada' });
          const written = doc.send(
            new TransactWriteCommand({
              TransactItems: PLACES.map((pk) => ({
                Put: { TableName: table, Item: item(pk) },
              })),
            }),
          );
          await written.then(
            () => acknowledged.add(mine),
            () => {
              writing.abort();
            },
          );
        }
      });
      // in the middle of writing, however slow the machine is
      await vi.waitFor(() => {
        expect(acknowledged.size).toBeGreaterThan(life * 15 + 15);
      }, 15_000);
      await served.kill();
      await Promise.all(writers);
    }

    const dynamo = await startDynamo({ dir });
    await expectWhole(DynamoDBDocumentClient.from(clientOf(dynamo.url)), table, acknowledged);
    await dynamo.close();
  });

  it('remembers tables, items and tokens when it is closed and opened again', async () => {
    const dir = temporaryFolder();
    const TransactItems = (TableName: string) => [
      { Put: { TableName, Item: { pk: 'a', sk: 'x', big: 12345678901234567890n } } },
    ];
    const first = await startDynamo({ dir });
    const TableName = await newTable(clientOf(first.url));
    const command = () =>
      new TransactWriteCommand({
        ClientRequestToken: 'once',
        TransactItems: TransactItems(TableName),
      });
    await DynamoDBDocumentClient.from(clientOf(first.url)).send(command());
    await expect(startDynamo({ dir })).rejects.toThrow('stop the process that holds it');
    await first.close();

    const second = await startDynamo({ dir });
    const doc = DynamoDBDocumentClient.from(clientOf(second.url), {
      unmarshallOptions: { wrapNumbers: (value) => BigInt(value) },
    });
    expect((await doc.send(new ListTablesCommand())).TableNames).toEqual([TableName]);
    const { Item } = await doc.send(new GetCommand({ TableName, Key: { pk: 'a', sk: 'x' } }));
    expect(Item?.['big']).toBe(12345678901234567890n);
    await doc.send(command());
    await second.close();
  });
});

/** Each number is in all places and the index, or nowhere; the acknowledged ones are there. */
async function expectWhole(
  doc: DynamoDBDocumentClient,
  TableName: string,
  acknowledged: ReadonlySet<number>,
): Promise<void> {
  const count = async (IndexName?: string) => {
    const places = new Map<number, number>();
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await doc.send(new ScanCommand({ TableName, IndexName, ExclusiveStartKey }));
      for (const { sk } of page.Items ?? [])
        places.set(Number(sk), (places.get(Number(sk)) ?? 0) + 1);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return places;
  };
  const places = await count();
  expect([...places.values()].filter((copies) => copies !== PLACES.length)).toEqual([]);
  expect([...acknowledged].filter((n) => !places.has(n))).toEqual([]);
  expect(await count('by-owner')).toEqual(places);
}
