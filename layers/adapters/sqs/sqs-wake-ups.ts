import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WakeUp } from '#contract/beat.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';

/** The wake queue: a standard one; its dispatcher coalesces. */
export class SqsWakeUps implements WakeUps {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async wake(wakeUp: WakeUp): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: JSON.stringify(wakeUp) }),
    );
  }
}
