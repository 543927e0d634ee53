import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoInboxes } from '#adapters/irc/dynamo-inboxes.ts';
import { Relay } from '#adapters/irc/relay.ts';
import { PATIENT, QUICK } from '#adapters/irc/temper.ts';
import { SqsHeardCommands } from '#adapters/sqs/sqs-heard-commands.ts';
import { SqsQueuedLines } from '#adapters/sqs/sqs-queued-lines.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { IrcRelayEnv } from '#contract/env.ts';
import { ROSTER } from '#contract/roster.ts';
import { createLog } from '#runtime/log.ts';

/** The relay and its log, made of the environment. Without TLS it talks to the local server, and need not be patient. */
export function wire() {
  const env = IrcRelayEnv.parse(process.env);
  const log = createLog('irc-relay');
  const isLocal = env.IRC_TLS === 'off';
  const sqs = new SQSClient({});
  const holdSeconds = isLocal ? 3 : 30;
  const relay = new Relay({
    roster: ROSTER,
    server: { ...env.IRC_SERVERS[0], tls: !isLocal },
    temper: isLocal ? QUICK : PATIENT,
    queue: new SqsQueuedLines(sqs, {
      queueUrl: env.IRC_OUT_QUEUE_URL,
      holdSeconds,
      waitSeconds: isLocal ? 1 : 20,
    }),
    holdSeconds,
    inboxes: new DynamoInboxes(
      DynamoDBDocumentClient.from(new DynamoDBClient({})),
      env.ECONOMY_TABLE,
    ),
    commands: new SqsHeardCommands(sqs, env.COMMAND_QUEUE_URL),
    wakeUps: new SqsWakeUps(sqs, env.WAKE_QUEUE_URL),
    onEvent: (event, keys) => {
      log.info(event, keys);
    },
  });
  return { relay, log };
}
