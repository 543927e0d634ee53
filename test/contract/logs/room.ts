import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { arn, CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { createNotifications } from '../../../scripts/local/cloud/notifications.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { startSqs } from '../../../scripts/local/cloud/sqs.ts';
import { aFolder } from '../../support/folders.ts';
import { bundleCollector, Collector } from './collector.ts';

const BUCKET = 'data';

/** A request to S3 or DynamoDB: the method and key, or the operation. */
export interface Asked {
  readonly service: 's3' | 'dynamodb';
  readonly method: string;
  readonly key: string;
}

export type Room = Awaited<ReturnType<typeof startRoom>>;

/**
 * The whole way of an upload on loopback: S3, its notifications, the queue with its dead letters, and the room's own handler in a process
 * that `onAsked` may kill while it asks S3 or DynamoDB for something.
 */
export async function startRoom() {
  const dir = aFolder();
  const sqs = await startSqs();
  await sqs.createQueue('wake', {});
  await sqs.createQueue('dead', {});
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: arn('sqs', 'dead'),
    maxReceiveCount: 5,
  });
  await sqs.createQueue('uploads', { RedrivePolicy, VisibilityTimeout: '60' });
  const notifications = createNotifications(sqs);
  for (const event of ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']) {
    const place = { bucket: BUCKET, queueArn: arn('sqs', 'uploads'), prefix: '', suffix: '' };
    notifications.add({ id: event, event, ...place });
  }
  notifications.open();
  // of what was written under logs/, so that nobody has to wait whether something comes
  let [changed, told] = [0, 0];
  const s3 = await startS3({
    dir: join(dir, 's3'),
    credentials: CREDENTIALS,
    onObject: async (event) => {
      if (!event.key.includes('/logs/')) return;
      await notifications.onObject(event);
      told += 1;
    },
  });
  s3.createBucket(BUCKET);
  const dynamo = await startDynamo({ dir: undefined });
  const clients = { region: REGION, credentials: CREDENTIALS };
  const s3Client = new S3Client({ ...clients, endpoint: s3.url });
  const dynamoClient = new DynamoDBClient({ ...clients, endpoint: dynamo.url });
  await createTable(dynamoClient, 'economy');

  const collector = new Collector(await bundleCollector(dir), {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    STAGE: 'local',
    ECONOMY_TABLE: 'economy',
    DATA_BUCKET: BUCKET,
    WAKE_QUEUE_URL: sqs.queueUrl('wake'),
    UPLOADS_QUEUE_URL: sqs.queueUrl('uploads'),
    LOG_TIME_ZONE: 'UTC',
  });

  const objects = new S3Objects(s3Client, BUCKET);
  const pointers = new DynamoCorpusPointers(DynamoDBDocumentClient.from(dynamoClient), 'economy');
  const corpus = new S3Corpus({ objects, codec: new NodeCodec(), pointers });
  const watchers = new Set<(asked: Asked) => void>();
  const hosts = { s3: new URL(s3.url).host, dynamodb: new URL(dynamo.url).host };
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage };
    const asked = askedBy(request, hosts);
    if (asked !== undefined) for (const watcher of watchers) watcher(asked);
  };
  subscribe('http.server.request.start', onRequest);

  const receive = async (): Promise<Message[]> => {
    while (told < changed) await sleep(5);
    const { Messages = [] } = await sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: sqs.queueUrl('uploads'),
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  };
  /** As Lambda's poller: what was handled is deleted, what was not comes again at once. */
  const give = async (messages: readonly Message[], leftMs: number): Promise<boolean> => {
    const answer = await collector.invoke({ Records: messages.map(recordOf) }, leftMs);
    const again = new Set(
      answer === 'killed'
        ? messages.map(({ MessageId }) => MessageId)
        : (answer as SQSBatchResponse).batchItemFailures.map(
            ({ itemIdentifier }) => itemIdentifier,
          ),
    );
    const entries = messages.map(({ MessageId, ReceiptHandle }, index) => ({
      MessageId,
      entry: { Id: String(index), ReceiptHandle },
    }));
    const QueueUrl = sqs.queueUrl('uploads');
    const failed = entries.filter(({ MessageId }) => again.has(MessageId ?? ''));
    const done = entries.filter(({ MessageId }) => !again.has(MessageId ?? ''));
    if (done.length > 0)
      await sqs.client.send(
        new DeleteMessageBatchCommand({ QueueUrl, Entries: done.map(({ entry }) => entry) }),
      );
    if (failed.length > 0)
      await sqs.client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: failed.map(({ entry }) => ({ ...entry, VisibilityTimeout: 0 })),
        }),
      );
    return answer !== 'killed';
  };

  return {
    objects,
    pointers,
    collector,
    sqs,
    receive,
    give,
    upload: (agent: AgentId, source: string, content: string) => {
      changed += 1;
      const bytes = new TextEncoder().encode(content);
      return objects.put(objectKey.log(agent, source), bytes, { contentType: 'text/plain' });
    },
    remove: (agent: AgentId, source: string) => {
      changed += 1;
      return objects.remove([objectKey.log(agent, source)]);
    },
    /** Until the queue is empty; how often the room was killed meanwhile. */
    drain: async (leftMs = 60_000): Promise<{ invocations: number; deaths: number }> => {
      let [invocations, deaths] = [0, 0];
      for (;;) {
        const messages = await receive();
        if (messages.length === 0) return { invocations, deaths };
        invocations += 1;
        if (!(await give(messages, leftMs))) deaths += 1;
      }
    },
    /** Calls `watcher` at each request until the function it gives is called. */
    onAsked: (watcher: (asked: Asked) => void): (() => void) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    messages: async (agent: AgentId): Promise<LogRecord[]> => {
      const pointer = await pointers.pointer(agent);
      return pointer === undefined ? [] : Array.fromAsync(corpus.messages(pointer));
    },
    deadLetters: async (): Promise<number> => {
      const { Attributes } = await sqs.client.send(
        new GetQueueAttributesCommand({
          QueueUrl: sqs.queueUrl('dead'),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes?.ApproximateNumberOfMessages);
    },
    close: async () => {
      unsubscribe('http.server.request.start', onRequest);
      collector.kill();
      s3Client.destroy();
      dynamoClient.destroy();
      await s3.close();
      await dynamo.close();
      await sqs.close();
    },
  };
}

function askedBy(
  { method = '', url = '', headers }: IncomingMessage,
  hosts: { readonly s3: string; readonly dynamodb: string },
): Asked | undefined {
  if (headers.host === hosts.dynamodb)
    return {
      service: 'dynamodb',
      method: String(headers['x-amz-target']).replace(/.*\./, ''),
      key: '',
    };
  if (headers.host !== hosts.s3) return undefined;
  const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
  return { service: 's3', method, key: path.replace(/^\/[^/]*\//, '') };
}

function recordOf({ MessageId, Body, Attributes = {} }: Message): object {
  return { messageId: MessageId, body: Body, attributes: Attributes };
}
