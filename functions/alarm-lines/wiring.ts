import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { AlarmLinesEnv } from '#contract/env.ts';
import type { Lines } from '#core/ports/lines.ts';
import { createLog, type Log } from '#runtime/log.ts';

export interface Services {
  readonly lines: Lines;
  readonly log: Log;
}

/** Clients from the environment (AlarmLinesEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = AlarmLinesEnv.parse(process.env);
  return {
    lines: new SqsLines(new SQSClient(), env.IRC_OUT_QUEUE_URL),
    log: createLog('alarm-lines'),
  };
}
