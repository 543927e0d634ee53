import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { IrcCommands } from '../constructs/irc-commands.ts';
import { IrcRelayService } from '../constructs/irc-relay-service.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import type { StageValues } from '../stages.ts';
import type { StateStack } from './state.ts';

export interface IrcStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
}

/** Agents' lines to IRC, the relay that holds the connections, and the room that obeys the owner. */
export class IrcStack extends Stack {
  readonly out: WorkQueue;
  readonly commands: WorkQueue;
  readonly replies: WorkQueue;
  readonly obeys: IFunction;
  /** @default - the stage has none */
  readonly relay?: IrcRelayService;

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
    this.replies = new WorkQueue(this, 'Replies', {
      fifo: true,
      // whoever looks for its own answer looks at others' too
      hidden: Duration.seconds(1),
      attempts: 100,
      loses: 'Answers to commands from AWS that many looked at and nobody took.',
      alarms: state.alarms,
    });
    this.obeys = new IrcCommands(this, 'Obeys', {
      stage,
      economy: state.economy,
      wake: state.wake.queue,
      out: this.out.queue,
      commands: this.commands.queue,
      replies: this.replies.queue,
      key: state.key,
    }).function;
    if (stage.relay !== 'off') {
      this.relay = new IrcRelayService(this, 'Relay', {
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
    new CfnOutput(this, 'ReplyQueueUrl', { value: this.replies.queue.queueUrl });
  }
}
