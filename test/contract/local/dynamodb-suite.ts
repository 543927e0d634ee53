import { crc32 } from 'node:zlib';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { conditionSuite } from './dynamodb-conditions.ts';
import { querySuite } from './dynamodb-queries.ts';
import { type Endpoint, toolsFor } from './dynamodb-tools.ts';
import { type Differences, transactionSuite } from './dynamodb-transactions.ts';

/** What every DynamoDB we run on must do; the answers are AWS's documented ones. */
export function dynamoSuite(
  name: string,
  endpoint: () => Endpoint,
  differences: Differences,
): void {
  const tools = toolsFor(endpoint);
  const { doc, aTable, read, put, failure } = tools;

  conditionSuite(name, tools);
  querySuite(name, tools);
  transactionSuite(name, tools, differences);

  describe(`${name}: tables`, () => {
    it('has a new table ACTIVE at once', async () => {
      const TableName = await aTable();
      const { Table } = await endpoint().client.send(new DescribeTableCommand({ TableName }));
      expect(Table?.TableStatus).toBe('ACTIVE');
      expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('ACTIVE');
    });

    it('names a missing table', async () => {
      expect((await failure(read('no-such-table', 'a'))).name).toBe('ResourceNotFoundException');
    });

    it('sends the CRC-32 of its body', async () => {
      const response = await fetch(endpoint().url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.ListTables',
          'x-amz-date': '20260101T000000Z',
          authorization:
            'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=b',
        },
        body: '{}',
      });
      const body = await response.text();
      expect(response.headers.get('x-amz-crc32')).toBe(String(crc32(body)));
    });
  });

  describe(`${name}: single writes`, () => {
    it('writes under a condition once and shows the item in the way', async () => {
      const TableName = await aTable();
      const claim = (owner: string) =>
        new PutCommand({
          TableName,
          Item: { pk: 'a', sk: 'x', owner },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      await doc().send(claim('ada'));

      const error = await failure(doc().send(claim('bob')));

      expect(error.name).toBe('ConditionalCheckFailedException');
      expect(error['Item']).toEqual({ pk: { S: 'a' }, sk: { S: 'x' }, owner: { S: 'ada' } });
      expect((await read(TableName, 'a'))?.['owner']).toBe('ada');
    });

    it('lets exactly one of many racing claims win', async () => {
      const TableName = await aTable();
      const claims = Array.from({ length: 20 }, (_, owner) =>
        doc().send(
          new PutCommand({
            TableName,
            Item: { pk: 'lease', sk: 'x', owner: String(owner) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      );
      const results = await Promise.allSettled(claims);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('never spends more than a budget, however many spend at once', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'budget', spent: 0 });
      const spend = () =>
        doc().send(
          new UpdateCommand({
            TableName,
            Key: { pk: 'budget', sk: 'x' },
            UpdateExpression: 'ADD spent :price',
            ConditionExpression: 'spent <= :most',
            ExpressionAttributeValues: { ':price': 10, ':most': 90 },
          }),
        );
      const results = await Promise.allSettled(Array.from({ length: 30 }, spend));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect((await read(TableName, 'budget'))?.['spent']).toBe(100);
    });

    it('sets, adds, appends and removes in one update', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a', n: 1, list: ['one'], stale: true, deep: { x: 1 } });
      const { Attributes } = await doc().send(
        new UpdateCommand({
          TableName,
          Key: { pk: 'a', sk: 'x' },
          UpdateExpression:
            'SET n = n + :two, #l = list_append(#l, :more), fresh = if_not_exists(fresh, :zero), deep.y = :two ADD tags :tags, hits :two REMOVE stale',
          ExpressionAttributeNames: { '#l': 'list' },
          ExpressionAttributeValues: {
            ':two': 2,
            ':more': ['two'],
            ':zero': 0,
            ':tags': new Set(['red']),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      expect(Attributes).toEqual({
        pk: 'a',
        sk: 'x',
        n: 3,
        list: ['one', 'two'],
        fresh: 0,
        deep: { x: 1, y: 2 },
        tags: new Set(['red']),
        hits: 2,
      });
    });

    it('deletes under a condition and gives back what was there', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a', fence: 7 });
      const remove = (fence: number) =>
        new DeleteCommand({
          TableName,
          Key: { pk: 'a', sk: 'x' },
          ConditionExpression: 'fence = :fence',
          ExpressionAttributeValues: { ':fence': fence },
          ReturnValues: 'ALL_OLD',
        });
      expect((await failure(doc().send(remove(6)))).name).toBe('ConditionalCheckFailedException');
      expect((await doc().send(remove(7))).Attributes).toMatchObject({ fence: 7 });
      expect(await read(TableName, 'a')).toBeUndefined();
    });

    it('refuses an item over 400 KB and a bad expression with ValidationException', async () => {
      const TableName = await aTable();
      const large = failure(put(TableName, { pk: 'a', text: 'x'.repeat(410_000) }));
      expect((await large).name).toBe('ValidationException');
      const bad = doc().send(
        new PutCommand({ TableName, Item: { pk: 'a', sk: 'x' }, ConditionExpression: 'nonsense(' }),
      );
      expect((await failure(bad)).name).toBe('ValidationException');
    });
  });

  describe(`${name}: time to live`, () => {
    it('can be enabled and described', async () => {
      const TableName = await aTable();
      const { client } = endpoint();
      const describeTtl = async () =>
        (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
      expect(await describeTtl()).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        }),
      );
      expect(await describeTtl()).toMatchObject({
        TimeToLiveStatus: 'ENABLED',
        AttributeName: 'expires',
      });
    });
  });
}
