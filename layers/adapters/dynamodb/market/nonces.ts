import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Nonces } from '#adapters/erc8128/verify.ts';
import { marketKey } from '#contract/keys.ts';

/**
 * Nonces of signed requests, remembered in the market's table until their signatures are dead. TTL may delete late, never
 * early, and a signature that old is refused by its own expiry.
 */
export class DynamoNonces implements Nonces {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #options: { readonly table: string; readonly room: string; readonly now: () => Date };

  constructor(
    dynamo: DynamoDBDocumentClient,
    options: { readonly table: string; readonly room: string; readonly now: () => Date },
  ) {
    this.#dynamo = dynamo;
    this.#options = options;
  }

  async consume(key: string, ttlSeconds: number): Promise<boolean> {
    const { table, room, now } = this.#options;
    try {
      await this.#dynamo.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...marketKey.nonce(room, key),
            ttl: Math.ceil(now().getTime() / 1000 + ttlSeconds),
          },
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
