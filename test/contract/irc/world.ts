import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { AgentId } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import { agentPk } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import type { HeardLine } from '../../../scripts/local/irc/network.ts';
import { type Ircd, startIrcd } from '../../../scripts/local/irc/server.ts';
import { aFolder } from '../../support/folders.ts';
import { createTable } from '../../support/tables.ts';

const OUT = 'irc-out.fifo';
const DEAD = 'irc-out-dead.fifo';
const WAKE = 'wake';
const COMMANDS = 'commands';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const RELAY = new URL('../../../functions/irc-relay/irc-relay.task.ts', import.meta.url).pathname;

/** An IRC server, SQS and DynamoDB, and the relay's process between them. */
export async function startWorld() {
  const sqs = await startFauxqs({ port: 0, logger: false });
  const dynamo = await startDynamo({ dir: undefined });
  const spoken: HeardLine[] = [];
  const hear = (line: HeardLine): void => {
    spoken.push(line);
  };
  let ircd: Ircd = await startIrcd({ onLine: hear });
  const { port } = ircd;
  const queues = createQueues(sqs);
  const endpoint = `http://127.0.0.1:${sqs.port}`;
  const client = new DynamoDBClient({ endpoint: dynamo.url, region: 'us-east-1', credentials });
  await createTable(client, 'economy');
  const documents = DynamoDBDocumentClient.from(client);
  const environment = {
    PATH: process.env['PATH'],
    STAGE: 'local',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    ECONOMY_TABLE: 'economy',
    DATA_BUCKET: 'data',
    IRC_OUT_QUEUE_URL: queues.out,
    IRC_DEAD_QUEUE_URL: queues.dead,
    COMMAND_QUEUE_URL: queues.commands,
    WAKE_QUEUE_URL: queues.wake,
    IRC_SERVERS: `127.0.0.1:${port}`,
    IRC_FINGERPRINTS: '',
    IRC_TLS: 'off',
    IRC_CREDENTIALS_SECRET: 'irc',
    RELAY_DIR: aFolder(),
    LOG_EVERY_SECONDS: '3600',
  };
  return {
    port,
    spoken,
    sqs,
    queues,
    client: new SQSClient({ endpoint, region: 'us-east-1', credentials }),
    startRelay: () => startRelay(environment),
    stopIrcd: () => ircd.stop(),
    restartIrcd: async () => {
      ircd = await startIrcd({ port, onLine: hear });
    },
    queued: (name: string) => {
      const messages = sqs.inspectQueue(name)?.messages;
      return [...(messages?.ready ?? []), ...(messages?.inflight ?? []).map((m) => m.message)];
    },
    inbox: async (agentId: string) => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: 'economy',
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :inbox)',
          ExpressionAttributeValues: { ':pk': agentPk(AgentId.parse(agentId)), ':inbox': 'INBOX#' },
        }),
      );
      return Items;
    },
    stop: async () => {
      await ircd.stop();
      await sqs.stop();
      await dynamo.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

function createQueues(sqs: FauxqsServer) {
  const fifo = { FifoQueue: 'true' };
  const { queueArn, queueUrl: dead } = sqs.createQueue(DEAD, { attributes: fifo });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: 3 });
  const { queueUrl: out } = sqs.createQueue(OUT, { attributes: { ...fifo, RedrivePolicy } });
  const { queueUrl: wake } = sqs.createQueue(WAKE);
  const { queueUrl: commands } = sqs.createQueue(COMMANDS);
  const local = (url: string): string => {
    const path = new URL(url).pathname;
    return `http://127.0.0.1:${sqs.port}${path}`;
  };
  return { out: local(out), dead: local(dead), wake: local(wake), commands: local(commands) };
}

export interface RelayProcess {
  readonly output: string[];
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
}

function startRelay(env: NodeJS.ProcessEnv): RelayProcess {
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
    output,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A person on IRC, over a bare socket. */
export async function join(port: number, nick: string, channel: string) {
  const socket: Socket = connect(port, '127.0.0.1');
  const lines: string[] = [];
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\r\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  socket.on('error', () => undefined);
  const send = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  send(`NICK ${nick}`);
  send(`USER ${nick} 0 * :${nick}`);
  if (channel !== '') send(`JOIN ${channel}`);
  await until(() => lines.some((line) => line.includes(channel === '' ? ' 001 ' : ' 366 ')));
  return { lines, send, socket, close: () => socket.destroy() };
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  { ms = 8000, what = 'it' }: { ms?: number; what?: string | (() => string) } = {},
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`Not within ${ms} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function aLine(number: number, over: Partial<IrcLine> = {}): IrcLine {
  const agentId = over.agentId ?? AgentId.parse('kk-karma-hello');
  return {
    v: 1,
    id: `${agentId}:test:${number}`,
    agentId,
    channel: '#execution-market',
    text: `line ${number} of ${agentId}`,
    ...over,
  };
}

/** Until the relay's seven voices are in the square. */
export async function allJoined(world: World, relay: RelayProcess): Promise<void> {
  const watcher = await join(world.port, 'watcher', '#karmakadabra');
  await until(
    () => {
      watcher.lines.length = 0;
      watcher.send('NAMES #karmakadabra');
      return until(() => watcher.lines.some((line) => line.includes(' 366 '))).then(() =>
        ROSTER.every(({ id }) =>
          watcher.lines.some((line) => new RegExp(`[: ]${id}( |$)`).test(line)),
        ),
      );
    },
    { what: () => relay.output.join('') },
  );
  watcher.close();
}
