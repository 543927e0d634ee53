import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { commandKeyName } from '#contract/command.ts';
import type { EnvOf, IrcCommandsEnv } from '#contract/env.ts';
import { economyKey } from '#contract/keys.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';
import { grantPartitions, grantSecret, type SecretGrant } from './grants.ts';
import { RoomFunction } from './room-function.ts';
import { stageParameter } from './stage-parameter.ts';

const ROOM = 'irc-commands';

export interface IrcCommandsProps {
  readonly stage: StageValues;
  readonly economy: ITable;
  readonly wake: IQueue;
  /** Lines and orders for the relay. */
  readonly out: IQueue;
  /** What it wakes on. */
  readonly commands: IQueue;
  /** Where commands from AWS are answered. */
  readonly replies: IQueue;
  /** Encrypts the secret. */
  readonly key: IKey;
}

/**
 * Who obeys the owner: it reads pulses, writes the halt, the list of who opted out and its own book, and speaks through the relay. It
 * touches no agent's partition, no wallet and no object.
 */
export class IrcCommands extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: IrcCommandsProps) {
    super(scope, id);
    const { stage, wake, out, commands, replies } = props;
    const room = new RoomFunction(this, 'Room', {
      stage,
      room: ROOM,
      description: 'Carries out and answers commands from IRC and AWS',
      environment: this.#environment(props),
      memory: stage.memory.door,
      timeout: stage.timeouts.door,
    }).function;
    this.#grantTable(room, props.economy);
    grantSecret(room, this.#secret(props));
    for (const queue of [wake, out, replies]) queue.grantSendMessages(room);
    room.addEventSource(
      new SqsEventSource(commands, { batchSize: 10, reportBatchItemFailures: true }),
    );
    this.function = room;
  }

  #environment(props: IrcCommandsProps): EnvOf<typeof IrcCommandsEnv> {
    const { stage } = props;
    return {
      STAGE: stage.name,
      ECONOMY_TABLE: props.economy.tableName,
      IRC_OUT_QUEUE_URL: props.out.queueUrl,
      WAKE_QUEUE_URL: props.wake.queueUrl,
      REPLY_QUEUE_URL: props.replies.queueUrl,
      COMMAND_KEY_SECRET: commandKeyName(stage.name),
      COMMAND_OWNERS: stageParameter(this, 'CommandOwners', {
        description:
          'Who may give privileged commands on IRC: account:name or user@host, by commas',
        value: stage.irc.owners,
      }),
    };
  }

  #grantTable(room: IFunction, table: ITable): void {
    grantPartitions(room, { table, partitions: [economyKey.seen(ROOM, '').pk] });
    grantPartitions(room, {
      table,
      partitions: [economyKey.halt().pk],
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    });
    grantPartitions(room, {
      table,
      partitions: [economyKey.corpusOptOuts(COLLECTOR).pk],
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    });
    grantPartitions(room, {
      table,
      partitions: ROSTER.map(({ id }) => economyKey.pulse(id).pk),
      actions: ['dynamodb:BatchGetItem'],
    });
  }

  /** Empty: `viva` writes the key, so that it is in no template. */
  #secret({ stage: { name, removal }, key }: IrcCommandsProps): SecretGrant {
    const secret = new CfnSecret(this, 'Key', {
      name: commandKeyName(name),
      kmsKeyId: key.keyArn,
      description: `Signs the owner's commands on IRC (${name})`,
    });
    secret.applyRemovalPolicy(removal);
    return { secretArn: secret.ref, key };
  }
}
