import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { marketKey } from '#contract/keys.ts';
import { banSeconds, type Limit, windowOf } from '#core/exchange/limits.ts';

const Counter = z.object({ seen: z.int() });
const Ban = z.object({ until: z.int(), bans: z.int() });
/** How long bans are remembered after their end, so that the next is longer. */
const MEMORY_SECONDS = 30 * 86_400;

/** How far somebody is into a limit after this time. */
export interface Count {
  readonly left: number;
  readonly isOver: boolean;
  /** Seconds until the window ends. */
  readonly resetsIn: number;
}

/** Rate counters and bans of the market, in its table: one atomic addition each. Times come from `now`. */
export class DynamoCounters {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;

  constructor(
    dynamo: DynamoDBDocumentClient,
    { table, now }: { readonly table: string; readonly now: () => Date },
  ) {
    this.#dynamo = dynamo;
    this.#table = table;
    this.#now = now;
  }

  async count(limit: Limit, whose: string): Promise<Count> {
    const now = this.#now();
    const { index, left: resetsIn } = windowOf(limit, now);
    const { Attributes } = await this.#dynamo.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: marketKey.counter(`${limit.name}#${whose}`, index),
        UpdateExpression: 'ADD seen :one SET #ttl = :ttl',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':one': 1, ':ttl': seconds(now) + resetsIn + limit.seconds },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    const { seen } = Counter.parse(Attributes);
    return { left: Math.max(0, limit.most - seen), isOver: seen > limit.most, resetsIn };
  }

  async isBanned(ip: string): Promise<boolean> {
    const ban = await this.#banOf(ip);
    return ban !== undefined && ban.until > seconds(this.#now());
  }

  /** Longer each time; a ban that runs is not made longer. */
  async ban(ip: string): Promise<void> {
    const now = seconds(this.#now());
    const before = await this.#banOf(ip);
    const bans = before?.bans ?? 0;
    const until = now + banSeconds(bans);
    try {
      await this.#dynamo.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: marketKey.ban(ip),
          UpdateExpression: 'SET #until = :until, bans = :bans, #ttl = :ttl',
          ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
          ExpressionAttributeNames: { '#until': 'until', '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ':until': until,
            ':bans': bans + 1,
            ':ttl': until + MEMORY_SECONDS,
            ':now': now,
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async #banOf(ip: string): Promise<z.infer<typeof Ban> | undefined> {
    const { Item } = await this.#dynamo.send(
      new GetCommand({ TableName: this.#table, Key: marketKey.ban(ip), ConsistentRead: true }),
    );
    return Item && Ban.parse(Item);
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
