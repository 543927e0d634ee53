import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTable } from '../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../scripts/local/cloud/dynamodb.ts';

export interface EconomyTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly close: () => Promise<void>;
}

/** Table `economy`, empty, in a local DynamoDB of its own. */
export async function openEconomyTable(): Promise<EconomyTable> {
  const dynamo = await startDynamo({ dir: undefined });
  const client = new DynamoDBClient({
    endpoint: dynamo.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = 'economy';
  await createTable(client, table);
  return {
    client: DynamoDBDocumentClient.from(client, {
      marshallOptions: { removeUndefinedValues: true },
    }),
    table,
    close: async () => {
      client.destroy();
      await dynamo.close();
    },
  };
}
