import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { economyKey } from '#contract/keys.ts';
import type { Standing } from '#core/ports/accounts.ts';

const ROOM = 'reconcile';
/** Longer than several runs: what nobody finds again is forgotten even if nobody forgets it. */
const TTL_SECONDS = 86_400;
const Row = z.object({ sk: z.string(), runs: z.number() });

/** Partition `SEEN#reconcile`: one item per finding, with the number of runs in a row that found it. */
export class DynamoStanding implements Standing {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => Date;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': economyKey.seen(ROOM, '').pk },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) {
      for (const { sk, runs } of Items.map((item) => Row.parse(item))) counts.set(sk, runs);
    }
    return counts;
  }

  async keep(counts: ReadonlyMap<string, number>): Promise<void> {
    const gone = [...(await this.counts()).keys()].filter((id) => !counts.has(id));
    const ttl = Math.floor(this.#now().getTime() / 1000) + TTL_SECONDS;
    for (const id of gone) {
      const Key = economyKey.seen(ROOM, id);
      await this.#client.send(new DeleteCommand({ TableName: this.#table, Key }));
    }
    for (const [id, runs] of counts) {
      const Item = { ...economyKey.seen(ROOM, id), v: 1, runs, ttl };
      await this.#client.send(new PutCommand({ TableName: this.#table, Item }));
    }
  }
}
