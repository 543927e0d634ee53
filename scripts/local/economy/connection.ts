import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { Books } from '#adapters/dynamodb/books.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { NETWORKS } from '#contract/networks.ts';
import { CannotStart } from '../cloud/cannot-start.ts';

/** `connection.json` in the state folder: all that a command line needs to look into a running economy. No secrets. */
export const Connection = z.object({
  pid: z.int(),
  region: z.string(),
  endpoints: z.object({
    dynamodb: z.url(),
    s3: z.url(),
    sqs: z.url(),
    secrets: z.url(),
    lambda: z.url(),
  }),
  marketUrl: z.url(),
  storefrontUrl: z.url(),
  facilitatorUrl: z.url(),
  rpcUrl: z.url(),
  irc: z.object({ host: z.string(), port: z.int() }),
  economyTable: z.string(),
  marketTable: z.string(),
  dataBucket: z.string(),
});
export type Connection = z.infer<typeof Connection>;

/** The local cloud's key pair guards nothing: it only lets unmodified SDK clients sign. */
export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const FILE = 'connection.json';

export async function writeConnection(dir: string, connection: Connection): Promise<void> {
  const file = join(dir, FILE);
  await writeFile(`${file}.new`, JSON.stringify(connection, undefined, 2));
  await rename(`${file}.new`, file);
}

/** Of the economy that runs in `dir`, or ran there last. */
export async function lastConnection(dir: string): Promise<Connection> {
  return Connection.parse(JSON.parse(await readFile(join(dir, FILE), 'utf8')));
}

/** @throws CannotStart when no economy runs in `dir` */
export async function readConnection(dir: string): Promise<Connection> {
  try {
    const connection = await lastConnection(dir);
    process.kill(connection.pid, 0);
    return connection;
  } catch (error) {
    throw new CannotStart(
      `No economy is running in ${dir}: start one with \`npm start\`, or name its folder with --dir.`,
      { cause: error },
    );
  }
}

/** The clients with which scripts look into an economy, over the same HTTP APIs as everybody. */
export function connect(
  { region, endpoints, economyTable, dataBucket, rpcUrl }: Connection,
  credentials: KeyPair,
) {
  const client = (endpoint: string) => ({ region, endpoint, credentials });
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client(endpoints.dynamodb)));
  const objects = new S3Objects(new S3Client(client(endpoints.s3)), dataBucket);
  const pointers = new DynamoCorpusPointers(dynamo, economyTable);
  return {
    agents: new DynamoAgents(dynamo, economyTable),
    books: new Books(dynamo, economyTable),
    chain: new EvmChain(NETWORKS.local, rpcUrl),
    corpus: new S3Corpus({ objects, codec: new NodeCodec(), pointers }),
    objects,
    pointers,
    secrets: new SecretsManagerClient(client(endpoints.secrets)),
  };
}

export type Clients = ReturnType<typeof connect>;
