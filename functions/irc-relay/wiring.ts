import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoSeen } from '#adapters/dynamodb/seen.ts';
import { ChannelLog } from '#adapters/irc/channel-log.ts';
import { DynamoInboxes } from '#adapters/irc/dynamo-inboxes.ts';
import { DynamoNickLeases } from '#adapters/irc/dynamo-nick-leases.ts';
import { Errands } from '#adapters/irc/errands.ts';
import { Relay } from '#adapters/irc/relay.ts';
import { PATIENT, QUICK } from '#adapters/irc/temper.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { readIrcCredentials } from '#adapters/secrets/irc-credentials.ts';
import { SqsHeardCommands } from '#adapters/sqs/sqs-heard-commands.ts';
import { SqsQueuedLines } from '#adapters/sqs/sqs-queued-lines.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { IrcRelayEnv } from '#contract/env.ts';
import { type Agent, ROSTER } from '#contract/roster.ts';
import { createLog } from '#runtime/log.ts';

const ROOM = 'irc-relay';
const INTRODUCTION_SECONDS = 3600;
/** Longer than the queue is asked to wait for its first message: a connection that has died without a word must not hold a line for ever. */
const PATIENCE = {
  requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

/** The relay of a roster, its log and the file of its health, made of the environment. */
export async function wire(roster: readonly Agent[] = ROSTER) {
  const env = IrcRelayEnv.parse(process.env);
  const log = createLog(ROOM);
  const onEvent = (event: string, keys: Readonly<Record<string, string | number>>): void => {
    log.info(event, keys);
  };
  mkdirSync(env.RELAY_DIR, { recursive: true });
  const owner = ownerOf(env.RELAY_DIR);
  const { errands, channelLog, queue, leases, seen } = adapters(env, onEvent);
  const relay = new Relay({
    roster,
    network: {
      servers: env.IRC_SERVERS,
      tls: env.IRC_TLS === 'on',
      fingerprints: env.IRC_FINGERPRINTS,
    },
    credentials: await readIrcCredentials(
      new SecretsManagerClient(PATIENCE),
      env.IRC_CREDENTIALS_SECRET,
    ),
    temper: isQuick(env) ? QUICK : PATIENT,
    queue,
    holdSeconds: holdSeconds(env),
    leases,
    owner,
    errands,
    log: channelLog,
    mayIntroduce: (agentId) => seen.consume(`introduced#${agentId}`, INTRODUCTION_SECONDS),
    onEvent,
  });
  return { relay, log, healthFile: join(env.RELAY_DIR, 'health.json') };
}

/** Whoever has the folder holds the nicks: a relay that was killed and started again takes them up at once. */
function ownerOf(dir: string): string {
  const file = join(dir, 'owner');
  if (!existsSync(file)) writeFileSync(file, randomUUID());
  return readFileSync(file, 'utf8');
}

function adapters(
  env: IrcRelayEnv,
  onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void,
) {
  const sqs = new SQSClient(PATIENCE);
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(PATIENCE));
  const { ECONOMY_TABLE: table, RELAY_DIR, LOG_EVERY_SECONDS } = env;
  return {
    errands: new Errands({
      dir: join(RELAY_DIR, 'errands'),
      inboxes: new DynamoInboxes(documents, table),
      wakeUps: new SqsWakeUps(sqs, env.WAKE_QUEUE_URL),
      commands: new SqsHeardCommands(sqs, env.COMMAND_QUEUE_URL),
      onEvent,
    }),
    channelLog: new ChannelLog({
      dir: join(RELAY_DIR, 'log'),
      objects: new S3Objects(new S3Client(PATIENCE), env.DATA_BUCKET),
      life: randomUUID().slice(0, 8),
      everyMs: LOG_EVERY_SECONDS * 1000,
      onEvent,
    }),
    queue: new SqsQueuedLines(sqs, {
      queueUrl: env.IRC_OUT_QUEUE_URL,
      deadQueueUrl: env.IRC_DEAD_QUEUE_URL,
      holdSeconds: holdSeconds(env),
      waitSeconds: isQuick(env) ? 1 : 20,
    }),
    leases: new DynamoNickLeases(documents, { table, now: Date.now }),
    seen: new DynamoSeen(documents, { table, room: ROOM, now: () => new Date() }),
  };
}

function holdSeconds(env: IrcRelayEnv): number {
  return isQuick(env) ? 3 : 30;
}

function isQuick({ IRC_TEMPER }: IrcRelayEnv): boolean {
  return IRC_TEMPER === 'quick';
}
