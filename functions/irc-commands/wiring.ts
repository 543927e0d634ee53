import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { DynamoCommandBook } from '#adapters/dynamodb/command-book.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { DynamoSwitches } from '#adapters/dynamodb/switches.ts';
import { readCommandKey } from '#adapters/secrets/command-key.ts';
import { CommandSeals } from '#adapters/secrets/command-seals.ts';
import { SqsCommandReplies } from '#adapters/sqs/sqs-command-replies.ts';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { IrcCommandsEnv } from '#contract/env.ts';
import { ROSTER } from '#contract/roster.ts';
import type { Desk } from '#core/commands/handle.ts';
import { createLog, type Log } from '#runtime/log.ts';

export interface Services {
  /** With the key that signs commands: fetched once, and asked for again while there is none. */
  readonly openDesk: () => Promise<Desk>;
  readonly log: Log;
}

/** Clients from the environment (IrcCommandsEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = IrcCommandsEnv.parse(process.env);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  const sqs = new SQSClient();
  const secrets = new SecretsManagerClient();
  const agents = new DynamoAgents(dynamo, env.ECONOMY_TABLE);
  const desk: Omit<Desk, 'seals'> = {
    roster: ROSTER,
    owners: env.COMMAND_OWNERS,
    book: new DynamoCommandBook(dynamo, env.ECONOMY_TABLE),
    switches: new DynamoSwitches(dynamo, env.ECONOMY_TABLE),
    pulses: (of) => agents.pulses(of),
    optOuts: new DynamoCorpusPointers(dynamo, env.ECONOMY_TABLE),
    lines: new SqsLines(sqs, env.IRC_OUT_QUEUE_URL),
    wakeUps: new SqsWakeUps(sqs, env.WAKE_QUEUE_URL),
    replies: new SqsCommandReplies(sqs, env.REPLY_QUEUE_URL),
    now: () => new Date(),
  };
  let seals: Desk['seals'] | undefined;
  return {
    openDesk: async () => {
      if (seals === undefined) {
        const key = await readCommandKey(secrets, env.COMMAND_KEY_SECRET);
        seals = key === undefined ? undefined : new CommandSeals(key);
      }
      return { ...desk, seals: seals ?? { isSeal: () => false } };
    },
    log: createLog('irc-commands'),
  };
}
