import { setTimeout as sleep } from 'node:timers/promises';
import { nameOf } from '../aws.ts';
import { failure, type LambdaFunction, type Outcome } from './function.ts';

export interface AsyncOptions {
  readonly run: (fn: LambdaFunction, payload: string) => Promise<Outcome>;
  /** Waits before the first and the second retry. */
  readonly retryDelaysMs: readonly number[];
  readonly send: (
    queueName: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ) => Promise<void>;
  readonly onFault: (fn: LambdaFunction, outcome: Outcome, attempt: number) => void;
}

/**
 * Asynchronous invocations: at most two retries, then the dead-letter queue or on-failure destination.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html; unlike AWS's, this queue dies with the cloud.
 * The promise settles when the event is handled or given up, and never rejects.
 */
export function startAsyncEvents(
  options: AsyncOptions,
): (fn: LambdaFunction, payload: string) => Promise<void> {
  const { run, retryDelaysMs, send, onFault } = options;

  async function handle(fn: LambdaFunction, payload: string): Promise<void> {
    const retries = fn.asyncRetries ?? 2;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await run(fn, payload);
      if (outcome.ok) return;
      onFault(fn, outcome, attempt);
      if (attempt > retries) {
        if (fn.onAsyncFailure) await bury(fn, { payload, outcome, attempt });
        return;
      }
      await sleep(retryDelaysMs[attempt - 1] ?? 0, undefined, { ref: false });
    }
  }

  async function bury(
    fn: LambdaFunction,
    {
      payload,
      outcome,
      attempt,
    }: { readonly payload: string; readonly outcome: Outcome; readonly attempt: number },
  ): Promise<void> {
    const { kind, queueArn = '' } = fn.onAsyncFailure ?? {};
    if (kind === 'dead-letter') {
      await send(nameOf(queueArn), payload, {
        RequestID: outcome.requestId,
        ErrorCode: '200',
        ErrorMessage: outcome.payload.slice(0, 1024),
      });
      return;
    }
    await send(nameOf(queueArn), destinationRecord(fn, { payload, outcome, attempt }), {});
  }

  return (fn, payload) =>
    handle(fn, payload).catch((error: unknown) => {
      // a queue that refuses is a bug of the local cloud: it must not pass unseen
      onFault(fn, failure('', 'LostEvent', String(error)), 0);
    });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function destinationRecord(
  fn: LambdaFunction,
  {
    payload,
    outcome,
    attempt,
  }: { readonly payload: string; readonly outcome: Outcome; readonly attempt: number },
): string {
  const requestPayload: unknown = JSON.parse(payload);
  const responsePayload: unknown = JSON.parse(outcome.payload);
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: outcome.requestId,
      functionArn: `${fn.arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempt,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload,
  });
}
