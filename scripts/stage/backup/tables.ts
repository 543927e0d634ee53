import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

type Row = Record<string, AttributeValue>;

/** All items of a table. Nobody's room may scan; its owner may. */
export async function* rowsOf(
  client: Pick<DynamoDBClient, 'send'>,
  TableName: string,
): AsyncGenerator<Row> {
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** One item a line, in DynamoDB's own JSON. @returns how many */
export async function saveTable(
  client: Pick<DynamoDBClient, 'send'>,
  table: string,
  path: string,
): Promise<number> {
  const file = await open(path, 'w', 0o600);
  let rows = 0;
  try {
    for await (const row of rowsOf(client, table)) {
      await file.write(`${JSON.stringify(row)}\n`);
      rows += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return rows;
}

const Line = z.custom<Row>((row) => typeof row === 'object' && row !== null && 'pk' in row);

/** Puts back what is not there: an item that is there is newer, and stays. @returns how many were put */
export async function fillTable(
  client: Pick<DynamoDBClient, 'send'>,
  TableName: string,
  path: string,
): Promise<number> {
  let put = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const Item = Line.parse(JSON.parse(line));
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
