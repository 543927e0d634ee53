import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { CommandEntry } from '#contract/command.ts';
import { economyKey, type Key } from '#contract/keys.ts';
import { countOne, RATE_WINDOW_MS } from '#core/commands/rate.ts';
import { WINDOW_SECONDS } from '#core/commands/signed-line.ts';
import type { CommandBook } from '#core/ports/command-book.ts';

const ROOM = 'irc-commands';
/** How long what was done, and what was only refused, is remembered. */
const KEPT_SECONDS = { done: 90 * 24 * 3600, refused: 7 * 24 * 3600 } as const;
/** Longer than a signature can hold: it may be of a minute to come. */
const NONCE_SECONDS = 10 * WINDOW_SECONDS;
/** Others who count the same nick at the same moment. */
const MAX_RACES = 10;

const CountedItem = z.object({
  times: z.array(z.number()),
  isTold: z.boolean(),
  revision: z.number(),
});

/** The book as items of partition `SEEN#irc-commands` that DynamoDB forgets after their time. */
export class DynamoCommandBook implements CommandBook {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find(id: string): Promise<CommandEntry | undefined> {
    const item = await this.#get(economyKey.seen(ROOM, `COMMAND#${id}`));
    return item === undefined ? undefined : CommandEntry.parse(item);
  }

  async begin(
    entry: CommandEntry,
    nonce: string | undefined,
  ): Promise<'begun' | 'known' | 'replayed'> {
    const begun = Math.floor(Date.parse(entry.at) / 1000);
    const kept = entry.reason === undefined ? KEPT_SECONDS.done : KEPT_SECONDS.refused;
    const items = [
      { ...economyKey.seen(ROOM, `COMMAND#${entry.id}`), ...entry, ttl: begun + kept },
      ...(nonce === undefined
        ? []
        : [
            {
              ...economyKey.seen(ROOM, `NONCE#${nonce}`),
              id: entry.id,
              ttl: begun + NONCE_SECONDS,
            },
          ]),
    ];
    try {
      await this.#client.send(
        new TransactWriteCommand({
          TransactItems: items.map((Item) => ({
            Put: {
              TableName: this.#table,
              Item,
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          })),
        }),
      );
      return 'begun';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [command, used] = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (command === 'ConditionalCheckFailed') return 'known';
      if (used === 'ConditionalCheckFailed') return 'replayed';
      throw error;
    }
  }

  async end(id: string, answer: string): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: economyKey.seen(ROOM, `COMMAND#${id}`),
        UpdateExpression: 'SET answer = :answer',
        ExpressionAttributeValues: { ':answer': answer },
      }),
    );
  }

  async count(nick: string, now: Date): Promise<'within' | 'first-over' | 'over'> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const verdict = await this.#countOnce(nick, now);
      if (verdict !== undefined) return verdict;
    }
    // so many at one moment are too many
    return 'over';
  }

  /** Undefined when another was faster. */
  async #countOnce(nick: string, now: Date): Promise<'within' | 'first-over' | 'over' | undefined> {
    const key = economyKey.seen(ROOM, `RATE#${nick}`);
    const before = CountedItem.safeParse(await this.#get(key)).data;
    const { verdict, ...counted } = countOne(before ?? { times: [], isTold: false }, now.getTime());
    if (verdict === 'over') return verdict;
    const revision = (before?.revision ?? 0) + 1;
    const ttl = Math.ceil((now.getTime() + RATE_WINDOW_MS) / 1000);
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...key, ...counted, revision, ttl },
          ConditionExpression: 'attribute_not_exists(pk) OR #revision = :before',
          ExpressionAttributeNames: { '#revision': 'revision' },
          ExpressionAttributeValues: { ':before': revision - 1 },
        }),
      );
      return verdict;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const get = new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    return (await this.#client.send(get)).Item;
  }
}
