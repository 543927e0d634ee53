import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { HeardCommand } from '#contract/command.ts';
import type { HeardCommands } from '#core/ports/heard-commands.ts';
import { asciiJson } from './ascii-json.ts';

/** As many as one SendMessageBatch takes. */
const BATCH = 10;
/** Batches under way: one after the other they would wait for the way there and back. */
const AT_ONCE = 16;

/** The command queue, seen by the relay: a standard one. */
export class SqsHeardCommands implements HeardCommands {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;

  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
  }

  async hand(commands: readonly HeardCommand[]): Promise<void> {
    for (let from = 0; from < commands.length; from += BATCH * AT_ONCE) {
      const some = commands.slice(from, from + BATCH * AT_ONCE);
      const batches = Array.from({ length: Math.ceil(some.length / BATCH) }, (_, index) =>
        some.slice(index * BATCH, (index + 1) * BATCH),
      );
      await Promise.all(batches.map((batch) => this.#send(batch)));
    }
  }

  async #send(commands: readonly HeardCommand[]): Promise<void> {
    const { Failed = [] } = await this.#sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: this.#queueUrl,
        Entries: commands.map((command, index) => ({
          Id: String(index),
          MessageBody: asciiJson(command),
        })),
      }),
    );
    const [first] = Failed;
    if (first === undefined) return;
    throw new Error(
      `SQS refused ${Failed.length} of ${commands.length} commands: ${first.Code ?? 'no code'} ${first.Message ?? ''}`.trim(),
    );
  }
}
