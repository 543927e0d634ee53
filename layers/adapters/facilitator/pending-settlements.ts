import { createHash } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import type { PendingSettlementStore } from '@x402/core/facilitator';
import * as z from 'zod';
import { marketKey } from '#contract/keys.ts';

const KEPT_SECONDS = 86_400;
const Pending = z.object({ tx: z.string() });

/** Transactions that were sent and not yet seen mined, known to every Lambda of the facilitator: the next asker looks instead of sending. */
export class PendingSettlements implements PendingSettlementStore {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #options: { readonly table: string; readonly now: () => Date };

  constructor(
    dynamo: DynamoDBDocumentClient,
    options: { readonly table: string; readonly now: () => Date },
  ) {
    this.#dynamo = dynamo;
    this.#options = options;
  }

  async get(key: string): Promise<string | undefined> {
    const { Item } = await this.#dynamo.send(
      new GetCommand({ TableName: this.#options.table, Key: keyOf(key), ConsistentRead: true }),
    );
    return Pending.safeParse(Item).data?.tx;
  }

  async set(key: string, tx: string): Promise<void> {
    const { table, now } = this.#options;
    const ttl = Math.floor(now().getTime() / 1000) + KEPT_SECONDS;
    await this.#dynamo.send(new PutCommand({ TableName: table, Item: { ...keyOf(key), tx, ttl } }));
  }

  async delete(key: string): Promise<void> {
    await this.#dynamo.send(new DeleteCommand({ TableName: this.#options.table, Key: keyOf(key) }));
  }
}

/** The scheme's key is a signature: nobody needs it in a table. */
function keyOf(key: string) {
  return marketKey.facilitatorPending(createHash('sha256').update(key).digest('hex'));
}
