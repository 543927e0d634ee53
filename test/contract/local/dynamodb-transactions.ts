import { randomUUID } from 'node:crypto';
import { TransactGetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Tools } from './dynamodb-tools.ts';

/** Where the databases answer differently; the first of each is what AWS documents. */
export interface Differences {
  /** What a transaction is refused with when an update does not fit its item. */
  readonly misfit: 'TransactionCanceledException' | 'ValidationException';
}

/** TransactWriteItems and TransactGetItems. */
export function transactionSuite(name: string, tools: Tools, { misfit }: Differences): void {
  const { doc, aTable, read, put, failure } = tools;

  describe(`${name}: transactions`, () => {
    it('commits all four kinds together', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'seen', fence: 1 });
      await put(TableName, { pk: 'gone' });
      await put(TableName, { pk: 'count', n: 1 });
      await doc().send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName, Item: { pk: 'new', sk: 'x' } } },
            { Delete: { TableName, Key: { pk: 'gone', sk: 'x' } } },
            {
              Update: {
                TableName,
                Key: { pk: 'count', sk: 'x' },
                UpdateExpression: 'SET n = n + :one',
                ExpressionAttributeValues: { ':one': 1 },
              },
            },
            {
              ConditionCheck: {
                TableName,
                Key: { pk: 'seen', sk: 'x' },
                ConditionExpression: 'fence = :f',
                ExpressionAttributeValues: { ':f': 1 },
              },
            },
          ],
        }),
      );
      const { Responses } = await doc().send(
        new TransactGetCommand({
          TransactItems: ['new', 'gone', 'count', 'seen'].map((pk) => ({
            Get: { TableName, Key: { pk, sk: 'x' } },
          })),
        }),
      );
      expect(Responses?.map(({ Item }) => Item)).toEqual([
        { pk: 'new', sk: 'x' },
        undefined,
        { pk: 'count', sk: 'x', n: 2 },
        { pk: 'seen', sk: 'x', fence: 1 },
      ]);
    });

    it('cancels wholly, with one reason per item and the item in the way', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'taken', owner: 'ada' });
      const error = await failure(
        doc().send(
          new TransactWriteCommand({
            TransactItems: [
              { Put: { TableName, Item: { pk: 'before', sk: 'x' } } },
              {
                Put: {
                  TableName,
                  Item: { pk: 'taken', sk: 'x' },
                  ConditionExpression: 'attribute_not_exists(pk)',
                  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
                },
              },
              { Put: { TableName, Item: { pk: 'after', sk: 'x' } } },
              {
                ConditionCheck: {
                  TableName,
                  Key: { pk: 'nothing', sk: 'x' },
                  ConditionExpression: 'attribute_exists(pk)',
                  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
                },
              },
            ],
          }),
        ),
      );
      expect(error.name).toBe('TransactionCanceledException');
      expect(error.message).toContain(
        '[None, ConditionalCheckFailed, None, ConditionalCheckFailed]',
      );
      const reasons = error['CancellationReasons'] as { Code: string; Item?: unknown }[];
      expect(reasons.map(({ Code }) => Code)).toEqual([
        'None',
        'ConditionalCheckFailed',
        'None',
        'ConditionalCheckFailed',
      ]);
      expect(reasons[1]?.Item).toEqual({ pk: { S: 'taken' }, sk: { S: 'x' }, owner: { S: 'ada' } });
      expect(await read(TableName, 'before')).toBeUndefined();
      expect(await read(TableName, 'after')).toBeUndefined();
    });

    it('does the same token once and refuses it for anything else', async () => {
      const TableName = await aTable();
      const ClientRequestToken = randomUUID();
      const add = (n: number) =>
        doc().send(
          new TransactWriteCommand({
            ClientRequestToken,
            TransactItems: [
              {
                Update: {
                  TableName,
                  Key: { pk: 'count', sk: 'x' },
                  UpdateExpression: 'ADD n :n',
                  ExpressionAttributeValues: { ':n': n },
                },
              },
            ],
          }),
        );
      await add(5);
      await add(5);
      expect((await read(TableName, 'count'))?.['n']).toBe(5);
      expect((await failure(add(6))).name).toBe('IdempotentParameterMismatchException');
    });

    it('refuses two operations on one item, and a transaction without a table', async () => {
      const TableName = await aTable();
      const twice = [1, 2].map((n) => ({ Put: { TableName, Item: { pk: 'a', sk: 'x', n } } }));
      const error = failure(doc().send(new TransactWriteCommand({ TransactItems: twice })));
      expect((await error).name).toBe('ValidationException');
      const nowhere = [{ Put: { TableName: 'no-such-table', Item: { pk: 'a', sk: 'x' } } }];
      const missing = failure(doc().send(new TransactWriteCommand({ TransactItems: nowhere })));
      expect((await missing).name).toBe('ResourceNotFoundException');
    });

    it(`answers ${misfit} to a transaction with an update that does not fit its item`, async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a', n: 'text' });
      const error = await failure(
        doc().send(
          new TransactWriteCommand({
            TransactItems: [
              { Put: { TableName, Item: { pk: 'b', sk: 'x' } } },
              {
                Update: {
                  TableName,
                  Key: { pk: 'a', sk: 'x' },
                  UpdateExpression: 'SET n = n + :one',
                  ExpressionAttributeValues: { ':one': 1 },
                },
              },
            ],
          }),
        ),
      );
      expect(error.name).toBe(misfit);
      expect(error['CancellationReasons']).toEqual(
        misfit === 'ValidationException'
          ? undefined
          : [{ Code: 'None' }, expect.objectContaining({ Code: 'ValidationError' })],
      );
      expect(await read(TableName, 'b')).toBeUndefined();
    });

    it('conserves a sum under racing transfers', async () => {
      const TableName = await aTable();
      const purses = ['a', 'b', 'c'];
      for (const pk of purses) await put(TableName, { pk, coins: 10 });
      const move = (from: string, to: string) =>
        doc().send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Update: {
                  TableName,
                  Key: { pk: from, sk: 'x' },
                  UpdateExpression: 'SET coins = coins - :n',
                  ConditionExpression: 'coins >= :n',
                  ExpressionAttributeValues: { ':n': 4 },
                },
              },
              {
                Update: {
                  TableName,
                  Key: { pk: to, sk: 'x' },
                  UpdateExpression: 'SET coins = coins + :n',
                  ExpressionAttributeValues: { ':n': 4 },
                },
              },
            ],
          }),
        );
      const moves = Array.from({ length: 24 }, (_, i) =>
        move(purses[i % 3] ?? 'a', purses[(i + 1 + (i % 2)) % 3] ?? 'b'),
      );
      await Promise.allSettled(moves);
      const coins = await Promise.all(
        purses.map(async (pk) => (await read(TableName, pk))?.['coins'] as number),
      );
      expect(coins.reduce((sum, each) => sum + each, 0)).toBe(30);
      expect(Math.min(...coins)).toBeGreaterThanOrEqual(0);
    });
  });
}
