import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { HouseAlarm } from './house-alarm.ts';

export interface DeadLettersProps {
  /** What a human loses while messages lie here. */
  readonly loses: string;
  readonly alarms: ITopic;
  /** @default false */
  readonly fifo?: boolean;
}

/** Where messages end that nobody could handle: kept two weeks, and never in silence. */
export class DeadLetters extends Construct {
  readonly queue: IQueue;

  constructor(scope: Construct, id: string, { loses, alarms, fifo }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      ...(fifo === true && { fifo }),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    new HouseAlarm(this, 'NotEmpty', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 1,
      loses,
      runbook: 'dlq-not-empty',
      topic: alarms,
    });
  }
}

export interface WorkQueueProps extends DeadLettersProps {
  /** How long a message stays hidden from others while one reader has it. */
  readonly hidden: Duration;
  /** Deliveries before a message counts as undeliverable. @default 5 */
  readonly attempts?: number;
}

/** A queue, born with its dead letters and their alarm. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly dead: IQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { hidden, attempts = 5, fifo } = props;
    this.dead = new DeadLetters(this, 'Dead', props).queue;
    this.queue = new Queue(this, 'Queue', {
      ...(fifo === true && { fifo }),
      visibilityTimeout: hidden,
      retentionPeriod: Duration.days(4),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.dead, maxReceiveCount: attempts },
    });
  }
}
