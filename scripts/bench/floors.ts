import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createClient, encodeFunctionData, erc20Abi, http } from 'viem';
import { getBalance, getTransactionCount, sendRawTransaction } from 'viem/actions';
import { NETWORKS } from '#contract/networks.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
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

/** One transfer of nothing in the test token, signed, sent and mined: the chain mines each at once. One at a time. */
export function transferAlone({ rpcUrl }: Addresses): Call {
  const client = createClient({ transport: http(rpcUrl) });
  const account = devAccount(SERVICE_HD_INDEX.deployer);
  const { chainId, usdc } = NETWORKS.local;
  let nonce: number | undefined;
  const transfer = async (): Promise<boolean> => {
    nonce ??= await getTransactionCount(client, { address: account.address });
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId,
      nonce,
      gas: 100_000n,
      maxFeePerGas: 10_000_000_000n,
      maxPriorityFeePerGas: 0n,
      to: usdc,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'transfer',
        args: [account.address, 0n],
      }),
    });
    await sendRawTransaction(client, { serializedTransaction });
    nonce += 1;
    return true;
  };
  return () => ({ call: 'transfer', done: transfer() });
}
