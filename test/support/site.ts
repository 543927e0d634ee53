import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { NETWORKS } from '#contract/networks.ts';
import { local } from '../../lib/stages.ts';
import type { Place, Site } from '../../scripts/stage/site.ts';

/** A stage `test` of local parts; SDK clients find theirs by the process's environment. */
export function aSite({
  rpcUrl,
  place = {},
  ...over
}: { readonly rpcUrl: string; readonly place?: Partial<Place> } & Partial<
  Omit<Site, 'place'>
>): Site {
  const network = NETWORKS.local;
  return {
    stage: { ...local, name: 'test' },
    network,
    connection: undefined,
    rpcUrl,
    chain: new EvmChain(network, rpcUrl),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient()),
    s3: new S3Client(),
    secrets: new SecretsManagerClient(),
    lambda: new LambdaClient(),
    place: () =>
      Promise.resolve({
        economyTable: 'economy',
        marketTable: 'market',
        dataBucket: 'data',
        marketUrl: 'http://127.0.0.1:1',
        facilitatorUrl: 'http://127.0.0.1:1',
        storefrontUrl: 'http://127.0.0.1:1',
        ...place,
      }),
    ...over,
  };
}
