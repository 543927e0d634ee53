import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { economyKey } from '#contract/keys.ts';
import type { Halt, Switches } from '#core/ports/switches.ts';

/** An item that somebody put there by hand says less. */
const HaltItem = z.object({
  id: z.string().default(''),
  by: z.string().default('an operator'),
  at: z.iso
    .datetime()
    .default('1970-01-01T00:00:00.000Z')
    .transform((at) => new Date(at)),
  because: z.string().default(''),
});

/** The kill switch: while the item is there, the money gate refuses. */
export class DynamoSwitches implements Switches {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async halted(): Promise<Halt | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: economyKey.halt(), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : HaltItem.parse(Item);
  }

  async halt(halt: Halt): Promise<Halt> {
    for (;;) {
      if (await this.#put(halt)) return halt;
      const standing = await this.halted();
      // it may have been taken away in between
      if (standing !== undefined) return standing;
    }
  }

  async resume(before: Date): Promise<boolean> {
    try {
      const { Attributes } = await this.#client.send(
        new DeleteCommand({
          TableName: this.#table,
          Key: economyKey.halt(),
          ConditionExpression: 'attribute_not_exists(#at) OR #at <= :before',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':before': before.toISOString() },
          ReturnValues: 'ALL_OLD',
        }),
      );
      return Attributes !== undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** False when somebody has halted before. */
  async #put({ at, ...halt }: Halt): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...economyKey.halt(), v: 1, ...halt, at: at.toISOString() },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
