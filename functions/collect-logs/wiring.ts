import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { SqsContinuations } from '#adapters/corpus/sqs-continuations.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { CollectLogsEnv } from '#contract/env.ts';
import type { Services as Taking } from '#core/logs/take.ts';
import { clockOf } from '#core/logs/time.ts';
import type { Continuations } from '#core/ports/continuations.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';
import { createLog, type Log } from '#runtime/log.ts';
import { createMeasure, type Measure } from '#runtime/metrics.ts';

export type Services = Taking & {
  readonly wakeUps: WakeUps;
  readonly continuations: Continuations;
  readonly log: Log;
  readonly measure: Measure;
  readonly now: () => Date;
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** Clients from the environment (CollectLogsEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = CollectLogsEnv.parse(process.env);
  const sqs = new SQSClient();
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  return {
    objects: new S3Objects(new S3Client(), env.DATA_BUCKET),
    codec: new NodeCodec(),
    pointers: new DynamoCorpusPointers(dynamo, env.ECONOMY_TABLE),
    clock: clockOf(env.LOG_TIME_ZONE),
    wakeUps: new SqsWakeUps(sqs, env.WAKE_QUEUE_URL),
    continuations: new SqsContinuations(sqs, env.UPLOADS_QUEUE_URL),
    log: createLog('collect-logs'),
    measure: createMeasure('collect-logs', env.STAGE),
    now: () => new Date(),
    pause: (milliseconds) => sleep(milliseconds),
  };
}
