import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { arn, REGION } from './aws.ts';
import type { LambdaFunction, Outcome } from './lambda/function.ts';
import type { Sqs } from './sqs.ts';

/** AWS::Lambda::EventSourceMapping of an SQS queue. */
export interface EventSource {
  readonly queueName: string;
  readonly fn: LambdaFunction;
  /** @default 10 */
  readonly batchSize?: number | undefined;
  /** MaximumBatchingWindowInSeconds. @default 0 */
  readonly windowMs?: number | undefined;
  /** FunctionResponseTypes holds ReportBatchItemFailures. */
  readonly reportsFailures: boolean;
  /** Batches at work at once (ScalingConfig.MaximumConcurrency). @default 5 */
  readonly maxConcurrency?: number | undefined;
}

type Invoke = (fn: LambdaFunction, payload: string) => Promise<Outcome>;

/** The longest SQS allows: an idle poller costs one request in this time, and a message still wakes it at once. */
const LONG_POLL_SECONDS = 20;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
const BatchResponse = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

/** Takes messages from queues to functions: deletes what was handled and leaves the rest to its visibility timeout. */
export class Pollers {
  readonly #sqs: Sqs;
  readonly #invoke: Invoke;
  readonly #stopped = new AbortController();

  constructor(sqs: Sqs, invoke: Invoke) {
    this.#sqs = sqs;
    this.#invoke = invoke;
  }

  add(source: EventSource): void {
    void this.#poll(source);
  }

  /** Receives no more; batches at work are not waited for. */
  stop(): void {
    this.#stopped.abort();
  }

  async #poll(source: EventSource): Promise<void> {
    const { maxConcurrency = 5 } = source;
    const atWork = new Set<Promise<void>>();
    while (!this.#stopped.signal.aborted) {
      if (atWork.size >= maxConcurrency) await Promise.race(atWork);
      const messages = await this.#gather(source).catch(async () => {
        // the queue's server is stopping, or hiccups: no reason to spin
        await sleep(200, undefined, { ref: false });
        return [];
      });
      if (messages.length === 0) continue;
      const work: Promise<void> = this.#handle(source, messages)
        .catch(() => undefined)
        .finally(() => atWork.delete(work));
      atWork.add(work);
    }
  }

  /** One batch: the first messages as soon as they come, then what the window and the batch size allow. */
  async #gather({ queueName, batchSize = 10, windowMs = 0 }: EventSource): Promise<Message[]> {
    const batch = await this.#receive(queueName, Math.min(batchSize, 10), LONG_POLL_SECONDS);
    const until = Date.now() + windowMs;
    while (batch.length > 0 && batch.length < batchSize && Date.now() < until) {
      const more = await this.#receive(queueName, Math.min(batchSize - batch.length, 10), 0);
      batch.push(...more);
      if (more.length === 0) await sleep(Math.min(50, windowMs), undefined, { ref: false });
    }
    return batch;
  }

  async #receive(queueName: string, count: number, seconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#sqs.queueUrl(queueName),
      MaxNumberOfMessages: count,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { signal } = this.#stopped;
    const { Messages = [] } = await this.#sqs.client.send(command, { abortSignal: signal });
    return Messages;
  }

  async #handle(source: EventSource, messages: readonly Message[]): Promise<void> {
    const { queueName, fn, reportsFailures } = source;
    const Records = messages.map((message) => sqsRecord(queueName, message));
    const outcome = await this.#invoke(fn, JSON.stringify({ Records }));
    const failed = failedOf(outcome, reportsFailures);
    if (failed === 'all') return;
    const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
    for (let at = 0; at < done.length; at += 10) {
      const Entries = done
        .slice(at, at + 10)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const QueueUrl = this.#sqs.queueUrl(queueName);
      await this.#sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}

/** Which messages must come again. A malformed report fails the whole batch, as in AWS. */
function failedOf({ ok, payload }: Outcome, reportsFailures: boolean): ReadonlySet<string> | 'all' {
  if (!ok) return 'all';
  if (!reportsFailures) return new Set();
  const report = BatchResponse.safeParse(JSON.parse(payload));
  if (!report.success) return 'all';
  const failed = (report.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.includes('') ? 'all' : new Set(failed);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function sqsRecord(queueName: string, message: Message): object {
  const messageAttributes = Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(
      ([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue === undefined ? {} : { stringValue: StringValue }),
          ...(BinaryValue === undefined
            ? {}
            : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ],
    ),
  );
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: arn('sqs', queueName),
    awsRegion: REGION,
  };
}
