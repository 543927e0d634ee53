import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { build } from 'esbuild';
import { vi } from 'vitest';
import { CommandSeals } from '#adapters/secrets/command-seals.ts';
import { commandKeyName, type HeardCommand } from '#contract/command.ts';
import { economyKey } from '#contract/keys.ts';
import { signLine } from '#core/commands/signed-line.ts';
import { OPTIONS } from '../../../scripts/build/bundle.ts';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { startSecrets } from '../../../scripts/local/cloud/secrets.ts';
import { startSqs } from '../../../scripts/local/cloud/sqs.ts';
import { openEconomyTable } from '../../support/economy-table.ts';
import { aFolder } from '../../support/folders.ts';
import { takeAll } from '../../support/queue.ts';

const KEY = '5e'.repeat(32);
const ROOT = join(import.meta.dirname, '../../..');
const QUEUES = { lines: 'lines.fifo', replies: 'replies.fifo', wake: 'wake' } as const;

export interface Said {
  readonly v: number;
  readonly id: string;
  readonly agentId?: string;
  readonly text?: string;
}

interface Loaded {
  readonly handler: (event: SQSEvent) => Promise<SQSBatchResponse>;
}

/** The room as it is deployed, bundled, before a DynamoDB, an SQS and a Secrets Manager of its own. */
export async function openRoom(load: (folder: string) => Promise<Loaded> = bundled) {
  // its log
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const folder = aFolder();
  const [table, sqs, secrets] = await Promise.all([
    openEconomyTable(),
    startSqs(),
    startSecrets({ dir: folder }),
  ]);
  await sqs.createQueue(QUEUES.lines, { FifoQueue: 'true' });
  await sqs.createQueue(QUEUES.replies, { FifoQueue: 'true' });
  await sqs.createQueue(QUEUES.wake, {});
  secrets.ensure(commandKeyName('test'), JSON.stringify({ key: KEY }));
  const endpoint = await table.client.config.endpoint?.();
  Object.assign(process.env, {
    ...{ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId },
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname ?? ''}:${endpoint?.port ?? 0}`,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ...{ STAGE: 'test', ECONOMY_TABLE: table.table, COMMAND_OWNERS: '*@owner.example,account:ana' },
    IRC_OUT_QUEUE_URL: sqs.queueUrl(QUEUES.lines),
    REPLY_QUEUE_URL: sqs.queueUrl(QUEUES.replies),
    WAKE_QUEUE_URL: sqs.queueUrl(QUEUES.wake),
    COMMAND_KEY_SECRET: commandKeyName('test'),
  });
  const { handler } = await load(folder);
  const get = async (key: { readonly pk: string; readonly sk: string }) =>
    (await table.client.send(new GetCommand({ TableName: table.table, Key: key }))).Item;

  return {
    table,
    seals: new CommandSeals(KEY),
    /** Bodies that went back to the queue. */
    obey: async (...bodies: readonly unknown[]): Promise<number> => {
      const Records = bodies.map((body, n) => ({
        messageId: `message-${n}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }));
      const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent);
      return batchItemFailures.length;
    },
    taken: async (queue: keyof typeof QUEUES): Promise<Said[]> => {
      const messages = await takeAll(sqs.client, sqs.queueUrl(QUEUES[queue]));
      return messages.map(({ Body }) => JSON.parse(Body ?? '') as Said);
    },
    isHalted: async () => (await get(economyKey.halt())) !== undefined,
    entry: (id: string) => get(economyKey.seen('irc-commands', `COMMAND#${id}`)),
    /** As after a death between the answer and writing that it was given. */
    forgetAnswer: async (id: string) => {
      const { answer: _answer, ...entry } =
        (await get(economyKey.seen('irc-commands', `COMMAND#${id}`))) ?? {};
      await table.client.send(new PutCommand({ TableName: table.table, Item: entry }));
    },
    resume: () =>
      table.client.send(new DeleteCommand({ TableName: table.table, Key: economyKey.halt() })),
    entries: async () => {
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :command)',
          ExpressionAttributeValues: { ':pk': 'SEEN#irc-commands', ':command': 'COMMAND#' },
        }),
      );
      return Items;
    },
    close: async () => {
      await Promise.all([table.close(), sqs.close(), secrets.close()]);
    },
  };
}

export type Room = Awaited<ReturnType<typeof openRoom>>;

async function bundled(folder: string): Promise<Loaded> {
  await build({
    ...OPTIONS,
    sourcemap: false,
    metafile: false,
    entryPoints: [join(ROOT, 'functions/irc-commands/irc-commands.lambda.ts')],
    outdir: folder,
  });
  return (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as never;
}

let count = 0;

/** Another each time, or all would be counted as one. */
function nickOf(n: number): string {
  return `LorDHeLLRiSer${n}`;
}

/** A command as the relay hands it over, by the owner from a host that is listed, each time another. */
export function heard(text: string, over: Partial<HeardCommand> = {}): HeardCommand {
  count += 1;
  return {
    v: 1,
    from: 'irc',
    id: count.toString(16).padStart(32, '0'),
    ts: new Date().toISOString(),
    channel: '#karmakadabra',
    nick: nickOf(count),
    hostmask: 'lord@owner.example',
    text,
    ...over,
  };
}

/** The same, signed now; `lie` changes what is signed against what is said. */
export function signed(
  { seals }: Pick<Room, 'seals'>,
  text: string,
  lie: Partial<Parameters<typeof signLine>[0]> = {},
): HeardCommand {
  count += 1;
  const nonce = `nonce-of-the-test-${count}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const nick = nickOf(count);
  const signedAs = { nonce, timestamp, channel: '#karmakadabra', nick, text };
  return heard(signLine({ ...signedAs, ...lie }, seals), { nick });
}
