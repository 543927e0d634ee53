import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmLinesEnv, EnvOf } from '#contract/env.ts';
import type { StageValues } from '../stages.ts';
import { RoomFunction } from './room-function.ts';

export interface AlarmLinesProps {
  readonly stage: StageValues;
  readonly topic: ITopic;
  /** Lines for the relay. */
  readonly out: IQueue;
}

/** Who says on IRC what rings. Without dead letters: who gets mail has read it, and that it fails rings by mail too. */
export class AlarmLines extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, { stage, topic, out }: AlarmLinesProps) {
    super(scope, id);
    const environment: EnvOf<typeof AlarmLinesEnv> = {
      STAGE: stage.name,
      IRC_OUT_QUEUE_URL: out.queueUrl,
    };
    this.function = new RoomFunction(this, 'Room', {
      stage,
      room: 'alarm-lines',
      description: 'Says on IRC what rings',
      environment,
      memory: stage.memory.wake,
      timeout: stage.timeouts.wake,
    }).function;
    out.grantSendMessages(this.function);
    topic.addSubscription(new LambdaSubscription(this.function));
  }
}
