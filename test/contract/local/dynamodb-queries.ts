import {
  BatchGetCommand,
  BatchWriteCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tools } from './dynamodb-tools.ts';

/** Query, Scan and the batches. */
export function querySuite(name: string, tools: Tools): void {
  const { doc, aTable, put } = tools;

  describe(`${name}: queries`, () => {
    it('ranges over sort keys and pages through them in both directions', async () => {
      const TableName = await aTable();
      const keys = Array.from({ length: 30 }, (_, i) => `LEDGER#${String(i).padStart(3, '0')}`);
      for (const half of [keys.slice(0, 15), keys.slice(15)])
        await doc().send(
          new BatchWriteCommand({
            RequestItems: {
              [TableName]: [...half, 'STATE', 'Z'].map((sk) => ({
                PutRequest: { Item: { pk: 'a', sk } },
              })),
            },
          }),
        );
      const query = async (condition: string, values: Record<string, string>, more = {}) => {
        const found: string[] = [];
        let ExclusiveStartKey: Record<string, unknown> | undefined;
        do {
          const page = await doc().send(
            new QueryCommand({
              TableName,
              KeyConditionExpression: `pk = :pk AND ${condition}`,
              ExpressionAttributeValues: { ':pk': 'a', ...values },
              ConsistentRead: true,
              ExclusiveStartKey,
              Limit: 7,
              ...more,
            }),
          );
          found.push(...(page.Items ?? []).map(({ sk }) => sk as string));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey);
        return found;
      };

      expect(await query('begins_with(sk, :p)', { ':p': 'LEDGER#' })).toEqual(keys);
      expect(
        await query('begins_with(sk, :p)', { ':p': 'LEDGER#' }, { ScanIndexForward: false }),
      ).toEqual(keys.toReversed());
      const between = { ':a': 'LEDGER#003', ':b': 'LEDGER#012' };
      expect(await query('sk BETWEEN :a AND :b', between)).toEqual(keys.slice(3, 13));
      expect(await query('sk > :a', { ':a': 'LEDGER#028' })).toEqual(['LEDGER#029', 'STATE', 'Z']);
    });

    it('filters, projects and counts', async () => {
      const TableName = await aTable();
      for (const n of [1, 2, 3, 4]) await put(TableName, { pk: 'a', sk: `k${String(n)}`, n });
      const page = await doc().send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :a',
          FilterExpression: 'n > :two',
          ProjectionExpression: 'n',
          ExpressionAttributeValues: { ':a': 'a', ':two': 2 },
        }),
      );
      expect(page).toMatchObject({ Items: [{ n: 3 }, { n: 4 }], Count: 2, ScannedCount: 4 });
      expect((await doc().send(new ScanCommand({ TableName, Select: 'COUNT' }))).Count).toBe(4);
    });

    it('keeps an index in step with its items', async () => {
      const TableName = await aTable();
      const owned = async (owner: string) =>
        (
          await doc().send(
            new QueryCommand({
              TableName,
              IndexName: 'by-owner',
              KeyConditionExpression: '#o = :o',
              ExpressionAttributeNames: { '#o': 'owner' },
              ExpressionAttributeValues: { ':o': owner },
            }),
          )
        ).Items?.map(({ pk }) => pk as string);
      await put(TableName, { pk: 'task', owner: 'ada' });
      expect(await owned('ada')).toEqual(['task']);
      await put(TableName, { pk: 'task', owner: 'bob' });
      expect(await owned('ada')).toEqual([]);
      expect(await owned('bob')).toEqual(['task']);
    });

    it('orders sort keys by their UTF-8 bytes', async () => {
      const TableName = await aTable();
      const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 12,
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(keys, async (sks) => {
          run += 1;
          const pk = `run-${String(run)}`;
          const Items = sks.map((sk) => ({ PutRequest: { Item: { pk, sk } } }));
          await doc().send(new BatchWriteCommand({ RequestItems: { [TableName]: Items } }));
          const page = await doc().send(
            new QueryCommand({
              TableName,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': pk },
            }),
          );
          const ordered = sks.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect(page.Items?.map(({ sk }) => sk as string)).toEqual(ordered);
        }),
        { numRuns: 30 },
      );
    });

    it('gets a batch, leaving out what is missing', async () => {
      const TableName = await aTable();
      await put(TableName, { pk: 'a' });
      await put(TableName, { pk: 'b' });
      const Keys = ['a', 'b', 'c'].map((pk) => ({ pk, sk: 'x' }));
      const { Responses } = await doc().send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
      );
      expect(new Set(Responses?.[TableName]?.map(({ pk }) => pk as string))).toEqual(
        new Set(['a', 'b']),
      );
    });
  });
}
