import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueuedLine, QueuedLines } from '#core/ports/queued-lines.ts';

const MAX_REASON = 500;

export interface SqsQueuedLinesOptions {
  readonly queueUrl: string;
  readonly deadQueueUrl: string;
  readonly holdSeconds: number;
  readonly waitSeconds: number;
}

/** The FIFO queue to the relay, seen by the relay. */
export class SqsQueuedLines implements QueuedLines {
  readonly #sqs: SQSClient;
  readonly #options: SqsQueuedLinesOptions;

  constructor(
    sqs: SQSClient,
    options: {
      readonly queueUrl: string;
      readonly deadQueueUrl: string;
      readonly holdSeconds: number;
      readonly waitSeconds: number;
    },
  ) {
    this.#sqs = sqs;
    this.#options = options;
  }

  async receive(signal: AbortSignal): Promise<readonly QueuedLine[]> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: this.#options.waitSeconds,
        VisibilityTimeout: this.#options.holdSeconds,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
      { abortSignal: signal },
    );
    return Messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
      id: MessageId ?? '',
      handle: ReceiptHandle ?? '',
      body: Body ?? '',
      group: Attributes?.MessageGroupId ?? '',
    }));
  }

  async remove(line: QueuedLine): Promise<void> {
    await this.#sqs.send(
      new DeleteMessageCommand({ QueueUrl: this.#options.queueUrl, ReceiptHandle: line.handle }),
    );
  }

  /** Twice in the same second, when we die in between, is harmless: the letters are for a human to read. */
  async bury(line: QueuedLine, reason: string): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#options.deadQueueUrl,
        MessageBody: line.body,
        MessageGroupId: line.group,
        MessageDeduplicationId: line.id,
        MessageAttributes: {
          reason: { DataType: 'String', StringValue: reason.slice(0, MAX_REASON) },
        },
      }),
    );
    await this.remove(line);
  }

  async hold(line: QueuedLine, seconds: number): Promise<void> {
    await this.#sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#options.queueUrl,
        ReceiptHandle: line.handle,
        VisibilityTimeout: seconds,
      }),
    );
  }
}
