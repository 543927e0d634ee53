import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvOf, ReconcileEnv } from '#contract/env.ts';
import { agentPk, economyKey } from '#contract/keys.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';
import { grantPartitions, READ_ITEMS } from './grants.ts';
import { RoomFunction } from './room-function.ts';
import { chainEnvironment } from './stage-parameter.ts';

export interface ReconcileProps {
  readonly stage: StageValues;
  readonly economy: ITable;
  readonly wake: IQueue;
  readonly marketUrl: string;
}

/** Who looks for what is unfinished or unequal, as often as agents beat: it reads all agents, writes only its own memory, wakes, and holds no key. */
export class Reconcile extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: ReconcileProps) {
    super(scope, id);
    const { stage, economy: table, wake, marketUrl } = props;
    const environment: EnvOf<typeof ReconcileEnv> = {
      STAGE: stage.name,
      ...chainEnvironment(this, stage),
      ECONOMY_TABLE: table.tableName,
      WAKE_QUEUE_URL: wake.queueUrl,
      MARKET_URL: marketUrl,
    };
    const room = new RoomFunction(this, 'Room', {
      stage,
      room: 'reconcile',
      description: 'Finds what is unfinished or unequal, and wakes its owner',
      environment,
      memory: stage.memory.heartbeat,
      timeout: stage.timeouts.heartbeat,
    }).function;
    grantPartitions(room, {
      table,
      partitions: [
        ...ROSTER.map((agent) => agentPk(agent.id)),
        economyKey.rosterEntry(COLLECTOR).pk,
      ],
      actions: READ_ITEMS,
    });
    grantPartitions(room, { table, partitions: [economyKey.seen('reconcile', '').pk] });
    wake.grantSendMessages(room);
    new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(stage.every),
      description: 'Looks for what is unfinished or unequal',
      // the next run sees what a lost one would have seen
      target: new LambdaInvoke(room, { retryAttempts: 0, maxEventAge: stage.every }),
    });
    this.function = room;
  }
}
