import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createClient, http } from 'viem';
import { getBalance } from 'viem/actions';
import { devAccount } from '../local/chain/accounts.ts';
import { CREDENTIALS, REGION } from '../local/cloud/aws.ts';
import type { Call } from './load.ts';
import type { Addresses } from './market/alone.ts';

/** One write of a small item for each nine reads of one, straight to the local cloud's DynamoDB with the SDK. */
export function dynamoAlone({ dynamodbUrl, table }: Addresses): Call {
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamodbUrl, region: REGION, credentials: CREDENTIALS }),
  );
  const write = () => dynamo.send(new PutCommand({ TableName: table, Item: { ...keyOf(), v: 1 } }));
  const read = () =>
    dynamo.send(new GetCommand({ TableName: table, Key: keyOf(), ConsistentRead: true }));
  return (i) => ({
    call: 'dynamodb',
    done: (i % 10 === 0 ? write() : read()).then(() => true),
  });
}

function keyOf() {
  return { pk: `bench#${randomBytes(8).toString('hex')}`, sk: 'bench' };
}

/** One read of an account's balance, straight from the chain. */
export function chainAlone({ rpcUrl }: Addresses): Call {
  const client = createClient({ transport: http(rpcUrl) });
  const { address } = devAccount(0);
  return () => ({ call: 'anvil', done: getBalance(client, { address }).then(() => true) });
}
