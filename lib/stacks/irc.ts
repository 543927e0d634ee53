import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IrcRelayService } from '../constructs/irc-relay-service.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import type { StageValues } from '../stages.ts';
import type { StateStack } from './state.ts';

export interface IrcStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
}

/** Agents' lines to IRC, and the relay that holds their connections. */
export class IrcStack extends Stack {
  readonly out: WorkQueue;

  constructor(scope: Construct, id: string, { stage, state }: IrcStackProps) {
    super(scope, id, { env: { region: stage.region } });
    this.out = new WorkQueue(this, 'Out', {
      fifo: true,
      // the relay sets its own with each receive
      hidden: Duration.seconds(60),
      attempts: 10,
      loses: 'Lines that agents said and nobody on IRC has read.',
      alarms: state.alarms,
    });
    if (stage.relay === 'on') {
      new IrcRelayService(this, 'Relay', {
        stage,
        economy: state.economy,
        wake: state.wake.queue,
        out: this.out.queue,
      });
    }
    new CfnOutput(this, 'IrcOutQueueUrl', { value: this.out.queue.queueUrl });
  }
}
