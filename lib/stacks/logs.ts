import { Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import {
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { CollectLogsEnv, EnvOf } from '#contract/env.ts';
import type { AgentId } from '#contract/ids.ts';
import { economyKey, objectKey } from '#contract/keys.ts';
import { grantPartitions, grantPrefixes, grantRemoval } from '../constructs/grants.ts';
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
      UPLOADS_QUEUE_URL: state.uploads.queue.queueUrl,
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
    grantRemoval(
      room,
      state.data,
      ids.map((id) => objectKey.corpus(id, '')),
    );
    state.wake.queue.grantSendMessages(room);
    state.uploads.queue.grantSendMessages(room);
    room.addEventSource(
      new SqsEventSource(state.uploads.queue, { batchSize: 10, reportBatchItemFailures: true }),
    );
    for (const id of ids) this.#compacts(id, room);
    this.collectLogs = room;
  }

  #compacts(agentId: AgentId, room: IFunction): void {
    new Schedule(this, `Compact-${agentId}`, {
      schedule: ScheduleExpression.rate(Duration.hours(6)),
      description: `Compacts the corpus of ${agentId}`,
      timeWindow: TimeWindow.off(),
      target: new LambdaInvoke(room, {
        input: ScheduleTargetInput.fromObject({ kind: 'compact', agentId }),
        // what one leaves, the next one does
        retryAttempts: 0,
      }),
    });
  }
}
