import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { WakeUp } from '#contract/beat.ts';
import type { Continuation } from '#contract/s3-event.ts';
import { clockOf } from '#core/logs/time.ts';
import { createLog } from '#runtime/log.ts';
import { createMeasure } from '#runtime/metrics.ts';
import type { Services } from '../../../functions/collect-logs/wiring.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import type { ObjectEvent } from '../../../scripts/local/cloud/s3/outbox.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
const region = 'us-east-1';
const BUCKET = 'data';

/** A real S3 and DynamoDB on loopback with the room's real adapters; wake-ups are kept in a list, events as they come. */
export async function startCollection() {
  const dir = mkdtempSync(join(tmpdir(), 'viva-logs-'));
  const events: ObjectEvent[] = [];
  const s3 = await startS3({
    dir: join(dir, 's3'),
    credentials,
    onObject: (event) => {
      events.push(event);
    },
  });
  const dynamo = await startDynamo({ dir: undefined });
  s3.createBucket(BUCKET);
  const s3Client = new S3Client({ endpoint: s3.url, region, credentials });
  const dynamoClient = new DynamoDBClient({ endpoint: dynamo.url, region, credentials });
  const woken: WakeUp[] = [];
  const continued: Continuation[] = [];
  const measured: string[] = [];
  const log = createLog('test', () => undefined);
  // waiting for a turn takes no time here
  let waited = 0;
  const servicesOn = (table: string): Services => ({
    objects: new S3Objects(s3Client, BUCKET),
    codec: new NodeCodec(),
    pointers: new DynamoCorpusPointers(DynamoDBDocumentClient.from(dynamoClient), table),
    clock: clockOf('UTC'),
    wakeUps: {
      wake: (wakeUp) => {
        woken.push(wakeUp);
        return Promise.resolve();
      },
    },
    continuations: {
      send: (continuation) => {
        continued.push(continuation);
        return Promise.resolve();
      },
    },
    log,
    measure: createMeasure('test', 'test', (line) => {
      measured.push(line);
    }),
    now: () => new Date(Date.now() + waited),
    pause: (milliseconds) => {
      waited += milliseconds;
      return new Promise(setImmediate);
    },
  });
  return {
    events,
    woken,
    continued,
    measured,
    objects: new S3Objects(s3Client, BUCKET),
    servicesOn,
    newTable: (name: string) => createTable(dynamoClient, name),
    /** Objects of a bucket that was never made. */
    noBucket: new S3Objects(s3Client, 'no-such-bucket'),
    close: async () => {
      s3Client.destroy();
      dynamoClient.destroy();
      await s3.close();
      await dynamo.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Notice {
  readonly key: string;
  readonly eTag: string;
  readonly size?: number;
  /** Order of the events of one key. */
  readonly sequence: number;
  readonly eventName?: string;
  readonly receives?: number;
}

/** An SQS event as Lambda gets it, one notification per message. */
export function sqsEvent(notices: readonly Notice[]): SQSEvent {
  return {
    Records: notices.map((notice, index) => ({
      messageId: `message-${index}`,
      receiptHandle: 'receipt',
      md5OfBody: '',
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:uploads',
      awsRegion: region,
      attributes: {
        ApproximateReceiveCount: String(notice.receives ?? 1),
        SentTimestamp: '0',
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: '0',
      },
      body: JSON.stringify({
        Records: [
          {
            eventName: notice.eventName ?? 'ObjectCreated:Put',
            s3: {
              object: {
                key: encodeURIComponent(notice.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
                eTag: notice.eTag,
                size: notice.size,
                sequencer: notice.sequence.toString(16).padStart(16, '0'),
              },
            },
          },
        ],
      }),
    })),
  };
}
