import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { AgentId } from '#contract/ids.ts';
import { agentPk } from '#contract/keys.ts';
import { createTable } from '../../local/cloud/create-table.ts';
import { startDynamo } from '../../local/cloud/dynamodb.ts';
import { startS3 } from '../../local/cloud/s3.ts';
import { startSecrets } from '../../local/cloud/secrets.ts';
import { startOutage } from './outage.ts';

const TABLE = 'economy';
const OTHER_TABLE = 'other-economy';
const BUCKET = 'data';
const SECRET = 'irc';
const region = 'us-east-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const RELAY = new URL('../../../functions/irc-relay/irc-relay.task.ts', import.meta.url).pathname;

export interface RelayProcess {
  readonly pid: number;
  readonly output: string[];
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
}

export interface RelayEnvironment {
  readonly servers: string;
  /** Of the one certificate that is pinned; empty: plain TCP. */
  readonly fingerprint: string;
  readonly logEverySeconds?: number;
  readonly temper?: 'patient' | 'quick';
  /** Accounts for SASL, as IrcCredentials. */
  readonly accounts?: object;
}

/** Everything that a relay needs but IRC: queues behind a door that can be shut, a table, a bucket, a secret. `dir` is its own. */
export async function startPlace(dir: string) {
  const sqs = await startFauxqs({ port: 0, logger: false });
  const dynamo = await startDynamo({ dir: undefined });
  const s3 = await startS3({ dir: join(dir, 's3'), credentials, onObject: () => undefined });
  const secrets = await startSecrets({ dir });
  const door = await startOutage(sqs.port);
  s3.createBucket(BUCKET);
  const queues = createQueues(sqs);
  const client = new DynamoDBClient({ endpoint: dynamo.url, region, credentials });
  await createTables(client);
  const platform = platformOf({ dynamo, s3, secrets, door, queues, dir });
  /** What a relay's process is given. */
  const environment = (env: RelayEnvironment) => ({ ...platform, ...settings(env) });
  const relays = new Set<RelayProcess>();
  const documents = DynamoDBDocumentClient.from(client);
  return {
    ...{ sqs, door, documents, environment },
    sqsClient: new SQSClient({ endpoint: `http://127.0.0.1:${sqs.port}`, region, credentials }),
    objects: new S3Objects(
      new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true }),
      BUCKET,
    ),
    /** For a relay that is to know nothing of the others. */
    otherTable: OTHER_TABLE,
    queueUrl: (name: QueueName) => queues.through(sqs.port, name),
    /** With `more`, e.g. another RELAY_DIR, a second relay beside the first. */
    startRelay: (env: RelayEnvironment, more: Readonly<Record<string, string>> = {}) => {
      if (env.accounts !== undefined) secrets.ensure(SECRET, JSON.stringify(env.accounts));
      const relay = startRelay({ ...environment(env), ...more });
      relays.add(relay);
      return relay;
    },
    /** Items of an agent's inbox, in their order. */
    inbox: async (agentId: string) => {
      const items: Record<string, unknown>[] = [];
      const pages = paginateQuery(
        { client: documents },
        {
          TableName: TABLE,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :inbox)',
          ExpressionAttributeValues: { ':pk': agentPk(AgentId.parse(agentId)), ':inbox': 'INBOX#' },
        },
      );
      for await (const { Items = [] } of pages) items.push(...Items);
      return items;
    },
    stop: async () => {
      await Promise.all([...relays].map((relay) => relay.kill('SIGKILL')));
      await Promise.all([door.close(), dynamo.close(), s3.close(), secrets.close()]);
      await sqs.stop();
    },
  };
}

export type Place = Awaited<ReturnType<typeof startPlace>>;

interface Url {
  readonly url: string;
}

function platformOf(parts: {
  readonly dynamo: Url;
  readonly s3: Url;
  readonly secrets: Url;
  readonly door: { readonly port: number };
  readonly queues: ReturnType<typeof createQueues>;
  readonly dir: string;
}): Record<string, string> {
  const { dynamo, s3, secrets, door, queues, dir } = parts;
  return {
    PATH: process.env['PATH'] ?? '',
    STAGE: 'local',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${door.port}`,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ECONOMY_TABLE: TABLE,
    DATA_BUCKET: BUCKET,
    IRC_OUT_QUEUE_URL: queues.through(door.port, 'out'),
    IRC_DEAD_QUEUE_URL: queues.through(door.port, 'dead'),
    COMMAND_QUEUE_URL: queues.through(door.port, 'commands'),
    WAKE_QUEUE_URL: queues.through(door.port, 'wake'),
    IRC_CREDENTIALS_SECRET: SECRET,
    RELAY_DIR: join(dir, 'relay'),
  };
}

function settings({ servers, fingerprint, logEverySeconds, temper }: RelayEnvironment) {
  return {
    IRC_SERVERS: servers,
    IRC_FINGERPRINTS: fingerprint,
    IRC_TLS: fingerprint === '' ? 'off' : 'on',
    IRC_TEMPER: temper ?? 'quick',
    LOG_EVERY_SECONDS: String(logEverySeconds ?? 3600),
  };
}

async function createTables(client: DynamoDBClient): Promise<void> {
  for (const name of [TABLE, OTHER_TABLE]) await createTable(client, name);
}

const QUEUES = {
  out: 'irc-out.fifo',
  dead: 'irc-out-dead.fifo',
  wake: 'wake',
  commands: 'commands',
} as const;
type QueueName = keyof typeof QUEUES;

function createQueues(sqs: FauxqsServer) {
  const fifo = { FifoQueue: 'true' };
  const { queueArn } = sqs.createQueue(QUEUES.dead, { attributes: fifo });
  // as often as a relay may be killed with a line in its hands
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: 100 });
  const { queueUrl } = sqs.createQueue(QUEUES.out, { attributes: { ...fifo, RedrivePolicy } });
  sqs.createQueue(QUEUES.wake);
  sqs.createQueue(QUEUES.commands);
  const folder = new URL(queueUrl).pathname.replace(/[^/]+$/, '');
  return {
    through: (port: number, name: QueueName) => `http://127.0.0.1:${port}${folder}${QUEUES[name]}`,
  };
}

function startRelay(env: Readonly<Record<string, string>>): RelayProcess {
  const child: ChildProcess = spawn(process.execPath, [RELAY], { env, stdio: 'pipe' });
  const output: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      resolve(code);
    });
  });
  return {
    pid: child.pid ?? 0,
    output,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
