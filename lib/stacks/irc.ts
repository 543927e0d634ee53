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

/** Agents' lines to IRC, the commands that are heard there, and the relay that holds the connections. */
export class IrcStack extends Stack {
  readonly out: WorkQueue;
  readonly commands: WorkQueue;

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
    this.commands = new WorkQueue(this, 'Commands', {
      hidden: Duration.seconds(60),
      loses: 'Commands of the owner: nobody has carried them out or answered.',
      alarms: state.alarms,
    });
    if (stage.relay !== 'off') {
      new IrcRelayService(this, 'Relay', {
        stage,
        economy: state.economy,
        data: state.data,
        wake: state.wake.queue,
        out: this.out,
        commands: this.commands.queue,
        key: state.key,
      });
    }
    new CfnOutput(this, 'IrcOutQueueUrl', { value: this.out.queue.queueUrl });
    new CfnOutput(this, 'CommandQueueUrl', { value: this.commands.queue.queueUrl });
  }
}
