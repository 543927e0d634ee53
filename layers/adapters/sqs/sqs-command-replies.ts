import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CommandReply } from '#contract/command.ts';
import type { CommandReplies } from '#core/ports/command-replies.ts';

/** The reply queue: a FIFO one with one group per command, so that an answer given twice is there once. */
export class SqsCommandReplies implements CommandReplies {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async reply(reply: CommandReply): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: JSON.stringify(reply),
        MessageGroupId: reply.id,
        MessageDeduplicationId: reply.id,
      }),
    );
  }
}
