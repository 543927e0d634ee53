import { resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { getChainId } from 'viem/actions';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { Books } from '#adapters/dynamodb/books.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { NETWORKS, type Network } from '#contract/networks.ts';
import type { StageValues } from '../../lib/stages.ts';
import { CREDENTIALS } from '../local/cloud/aws.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { type Connection, readConnection } from '../local/economy/connection.ts';
import { placeOnAws } from './place-on-aws.ts';
import { type StageFlags, stageOf } from './stages.ts';

/** Where a deployed stage keeps its things; addresses without a slash at the end. */
export interface Place {
  readonly economyTable: string;
  readonly marketTable: string;
  readonly dataBucket: string;
  readonly marketUrl: string;
  readonly facilitatorUrl: string;
  readonly storefrontUrl: string;
}

/** What reaches one stage: its AWS, or what stands for it on this machine, and its chain. */
export interface Site {
  readonly stage: StageValues;
  readonly network: Network;
  /** Of the local stage. */
  readonly connection: Connection | undefined;
  readonly rpcUrl: string;
  readonly chain: EvmChain;
  readonly dynamo: DynamoDBDocumentClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly lambda: LambdaClient;
  /** @throws CannotStart when the stage is not deployed, or cannot be asked */
  readonly place: () => Promise<Place>;
}

/** Nobody waits longer for AWS than this, in ms. */
export const PATIENT = { connectionTimeout: 3_000, requestTimeout: 8_000 } as const;

/**
 * The local stage is the economy in --dir; the others are reached with the AWS credentials of whoever asks. Nothing is asked yet.
 * @throws CannotStart when the local economy does not run
 */
export async function siteOf(flags: StageFlags): Promise<Site> {
  const stage = stageOf(flags);
  const network = NETWORKS[stage.network];
  const connection = stage.name === 'local' ? await readConnection(resolve(flags.dir)) : undefined;
  const rpcUrl = flags.rpcUrl ?? connection?.rpcUrl ?? stage.rpcUrl;
  const client = (service: keyof Connection['endpoints']) => ({
    region: stage.region,
    maxAttempts: 2,
    requestHandler: PATIENT,
    ...(connection && { endpoint: connection.endpoints[service], credentials: CREDENTIALS }),
  });
  return {
    stage,
    network,
    connection,
    rpcUrl,
    chain: new EvmChain(network, rpcUrl),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(client('dynamodb'))),
    s3: new S3Client(client('s3')),
    secrets: new SecretsManagerClient(client('secrets')),
    // a beat runs longer than anything else that is asked for, and twice would be two beats
    lambda: new LambdaClient({ ...client('lambda'), maxAttempts: 1, requestHandler: {} }),
    place: async () => connection ?? placeOnAws(stage),
  };
}

/** The stage's tables and objects, as the rooms see them. */
export async function storesOf({ dynamo, s3, place }: Site) {
  const { economyTable, dataBucket } = await place();
  return {
    agents: new DynamoAgents(dynamo, economyTable),
    books: new Books(dynamo, economyTable),
    objects: new S3Objects(s3, dataBucket),
  };
}

export type Stores = Awaited<ReturnType<typeof storesOf>>;

/** @throws CannotStart when no node answers, or one of another chain */
export async function refuseOtherChain({ stage, network, rpcUrl, chain }: Site): Promise<void> {
  const chainId = await getChainId(chain.client).catch((cause: unknown) => {
    throw new CannotStart(
      `No chain answers at ${rpcUrl}: check network and proxy, or name another node with --rpc-url.`,
      {
        cause,
      },
    );
  });
  if (chainId !== network.chainId)
    throw new CannotStart(
      `The chain at ${rpcUrl} is ${chainId}, and stage ${stage.name} is on ${network.chainId}: name its node with --rpc-url.`,
    );
}
