import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';

export interface Endpoint {
  readonly client: DynamoDBClient;
  readonly url: string;
}

/** A client that does not retry, so that every refusal is seen. */
export const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'anyone', secretAccessKey: 'anything' },
    maxAttempts: 1,
  });

/** A table with a string key, a string sort key and an index by owner; ACTIVE when this returns. */
export async function newTable(client: DynamoDBClient): Promise<string> {
  const TableName = `table-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'owner'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  return TableName;
}

export type Tools = ReturnType<typeof toolsFor>;

/** The few words that the suites are written in. */
export function toolsFor(endpoint: () => Endpoint) {
  const doc = () => DynamoDBDocumentClient.from(endpoint().client);
  return {
    doc,
    aTable: () => newTable(endpoint().client),
    read: async (TableName: string, pk: string, sk = 'x') =>
      (await doc().send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item,
    put: (TableName: string, Item: Record<string, unknown>) =>
      doc().send(new PutCommand({ TableName, Item: { sk: 'x', ...Item } })),
    /** The error that `work` must end with. */
    failure: (work: Promise<unknown>) =>
      work.then(
        () => expect.unreachable('should have been refused'),
        (error: unknown) => error as Error & Record<string, unknown>,
      ),
  };
}
