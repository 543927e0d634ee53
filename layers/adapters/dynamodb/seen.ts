import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { economyKey } from '#contract/keys.ts';

/** What one room has met already: items `SEEN#<room> / <id>` that DynamoDB forgets after their time. */
export class DynamoSeen {
  readonly #client: DynamoDBDocumentClient;
  readonly #where: { readonly table: string; readonly room: string; readonly now: () => Date };

  constructor(
    client: DynamoDBDocumentClient,
    where: { readonly table: string; readonly room: string; readonly now: () => Date },
  ) {
    this.#client = client;
    this.#where = where;
  }

  /** True the first time; it stays known for `ttlSeconds` at least. */
  async consume(id: string, ttlSeconds: number): Promise<boolean> {
    const { table, room, now } = this.#where;
    const seconds = Math.floor(now().getTime() / 1000);
    try {
      await this.#client.send(
        new PutCommand({
          TableName: table,
          Item: { ...economyKey.seen(room, id), ttl: seconds + ttlSeconds },
          // an item may outlive its time by days before DynamoDB deletes it
          ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':now': seconds },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
