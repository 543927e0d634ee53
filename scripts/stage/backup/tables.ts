import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { economyKey, type Key } from '#contract/keys.ts';
import { readRecords, writeRecords } from './ndjson.ts';

type Row = Record<string, AttributeValue>;

/** All items of a table. Nobody's room may scan; its owner may. */
export async function* rowsOf(
  client: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  let ExclusiveStartKey: Row | undefined;
  do {
    signal?.throwIfAborted();
    const page = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** One item a line, in DynamoDB's own JSON; the switch of this halt is left out. @returns how many */
export function saveTable(
  client: Pick<DynamoDBClient, 'send'>,
  table: string,
  { path, halt, signal }: SaveTerms,
): Promise<number> {
  return writeRecords(path, resting(rowsOf(client, table, signal), halt));
}

interface SaveTerms {
  readonly path: string;
  /** Whose switch is no part of the backup. */
  readonly halt: string;
  readonly signal: AbortSignal;
}

/** As the items are once we are through: our halt is gone, and whoever holds a lease now holds none; its fence goes on. */
async function* resting(rows: AsyncIterable<Row>, halt: string): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (isAt(row, economyKey.halt()) && row['id']?.S === halt) continue;
    yield row['sk']?.S === 'LEASE' ? { ...row, until: { N: '0' } } : row;
  }
}

function isAt(row: Row, { pk, sk }: Key): boolean {
  return row['pk']?.S === pk && row['sk']?.S === sk;
}

const Line = z.custom<Row>((row) => typeof row === 'object' && row !== null && 'pk' in row);

/** Puts back what is not there and has not expired: an item that is there is newer, and stays. @returns how many were put */
export async function fillTable(
  client: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  path: string,
): Promise<number> {
  let put = 0;
  for await (const record of readRecords(path)) {
    const Item = Line.parse(record);
    if (Number(Item['ttl']?.N ?? Infinity) * 1000 < Date.now()) continue;
    try {
      const ConditionExpression = 'attribute_not_exists(pk)';
      await client.send(new PutItemCommand({ TableName, Item, ConditionExpression }));
      put += 1;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
  return put;
}
