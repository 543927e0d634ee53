import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { IrcLine, IrcOrder } from '#contract/irc-line.ts';
import type { Lines } from '#core/ports/lines.ts';
import { asciiJson } from './ascii-json.ts';

/** What SQS accepts as a deduplication id: up to 128 ASCII letters, digits and punctuation marks. */
const DEDUPLICATION_ID = /^[!-~]{1,128}$/;

/** The FIFO queue to the relay: one group per agent, one deduplication id per line or order. */
export class SqsLines implements Lines {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async say(line: IrcLine | IrcOrder): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: asciiJson(line),
        MessageGroupId: line.agentId,
        MessageDeduplicationId: DEDUPLICATION_ID.test(line.id)
          ? line.id
          : createHash('sha256').update(line.id).digest('hex'),
      }),
    );
  }
}
