import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Continuation } from '#contract/s3-event.ts';
import type { Continuations } from '#core/ports/continuations.ts';

/** Through the queue that also brings the bucket's notifications. */
export class SqsContinuations implements Continuations {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async send(continuation: Continuation): Promise<void> {
    const MessageBody = JSON.stringify(continuation);
    await this.#sqs.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody }));
  }
}
