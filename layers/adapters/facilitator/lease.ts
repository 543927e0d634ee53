import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { marketKey } from '#contract/keys.ts';

const LEASE_MS = 5_000;
// a sender that was slow must not send when another may have begun
const USE_WITHIN_MS = 3_000;
const WAIT_MS = 20_000;
const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [15, 60];

/** Nobody else could be waited for any longer; nothing was done. */
export class BusyError extends Error {}

/** While it is held. */
export interface Held {
  /** @throws BusyError when too little of the lease is left to send anything */
  check(): void;
}

/** One writer per key among all Lambdas: a row `{ owner, until }` of the market's table; `until` in unix milliseconds. */
export class DynamoLease {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #options: { readonly table: string; readonly now: () => number };

  constructor(
    dynamo: DynamoDBDocumentClient,
    options: { readonly table: string; readonly now: () => number },
  ) {
    this.#dynamo = dynamo;
    this.#options = options;
  }

  /** @throws BusyError when the lease was not free within 20 s, and whatever `work` throws */
  async hold<T>(work: (held: Held) => Promise<T>): Promise<T> {
    const owner = randomUUID();
    const began = await this.#take(owner);
    try {
      return await work({
        check: () => {
          if (this.#options.now() > began + USE_WITHIN_MS) {
            throw new BusyError('The chain answered too slowly to send anything; ask again.');
          }
        },
      });
    } finally {
      await this.#free(owner);
    }
  }

  async #take(owner: string): Promise<number> {
    const { now } = this.#options;
    const giveUp = now() + WAIT_MS;
    for (;;) {
      const began = now();
      if (await this.#put(owner, began)) return began;
      if (began > giveUp) throw new BusyError('Other payments are being sent; ask again.');
      await sleep(MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
    }
  }

  #put(owner: string, now: number): Promise<boolean> {
    const command = new PutCommand({
      TableName: this.#options.table,
      Item: { ...marketKey.facilitatorLease(), owner, until: now + LEASE_MS },
      ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': now },
    });
    return this.#dynamo.send(command).then(() => true, unmet);
  }

  /** Another's lease, taken after ours ran out, stays. */
  async #free(owner: string): Promise<void> {
    const command = new DeleteCommand({
      TableName: this.#options.table,
      Key: marketKey.facilitatorLease(),
      ConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner },
    });
    await this.#dynamo.send(command).catch(unmet);
  }
}

function unmet(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}
