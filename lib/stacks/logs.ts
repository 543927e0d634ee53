import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { CollectLogsEnv, EnvOf } from '#contract/env.ts';
import { economyKey, objectKey } from '#contract/keys.ts';
import { grantPartitions, grantPrefixes } from '../constructs/grants.ts';
import { RoomFunction } from '../constructs/room-function.ts';
import type { StageValues } from '../stages.ts';
import { collectors, type StateStack } from './state.ts';

export interface LogsStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
}

/** Uploads become the corpus: queue -> collect-logs. */
export class LogsStack extends Stack {
  readonly collectLogs: IFunction;

  constructor(scope: Construct, id: string, { stage, state }: LogsStackProps) {
    super(scope, id, { env: { region: stage.region } });
    const environment: EnvOf<typeof CollectLogsEnv> = {
      STAGE: stage.name,
      ECONOMY_TABLE: state.economy.tableName,
      DATA_BUCKET: state.data.bucketName,
      WAKE_QUEUE_URL: state.wake.queue.queueUrl,
      LOG_TIME_ZONE: stage.logTimeZone,
    };
    const room = new RoomFunction(this, 'CollectLogs', {
      stage,
      room: 'collect-logs',
      description: 'Streams an uploaded log into the corpus',
      environment,
      memory: stage.memory['collect-logs'],
      timeout: stage.timeouts['collect-logs'],
    }).function;

    const ids = collectors().map(({ id }) => id);
    grantPartitions(room, {
      table: state.economy,
      partitions: ids.map((id) => economyKey.corpusVersion(id).pk),
    });
    grantPrefixes(room, {
      bucket: state.data,
      prefixes: ids.map((id) => objectKey.log(id, '')),
      may: 'read',
    });
    grantPrefixes(room, {
      bucket: state.data,
      prefixes: ids.flatMap((id) => [objectKey.corpus(id, ''), objectKey.quarantine(id, '')]),
      may: 'read and write',
    });
    state.wake.queue.grantSendMessages(room);
    room.addEventSource(
      new SqsEventSource(state.uploads.queue, { batchSize: 10, reportBatchItemFailures: true }),
    );
    this.collectLogs = room;
  }
}
