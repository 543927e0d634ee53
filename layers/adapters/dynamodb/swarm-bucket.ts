import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Pacer } from '#adapters/em/wire.ts';
import { bucketKey } from '#contract/keys.ts';

/**
 * Requests of a whole swarm: with one every 1.2 s and a handful at once, no minute sees more than 56 of the 60 that Execution Market
 * allows an address (`facts/execution-market.md` section 1.10). A wallet's 300 a minute are then never reached.
 */
const EVERY_MS = 1_200;
const AT_ONCE = 5;
/** A beat has better things to do than to wait longer. */
const MAX_WAIT_MS = 20_000;
const ATTEMPTS = 20;

const Bucket = z.object({ next: z.int() });

export interface SwarmBucketOptions {
  readonly table: string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * One bucket for all who share an address, as one item: `next` is the moment (ms) of the next free turn. Taking a turn moves it on by
 * one conditional update, so that each turn is given once; a 429 moves it behind the wait that it asks for, for everybody.
 */
export class SwarmBucket implements Pacer {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #options: SwarmBucketOptions;

  constructor(dynamo: DynamoDBDocumentClient, options: SwarmBucketOptions) {
    this.#dynamo = dynamo;
    this.#options = options;
  }

  async turn(): Promise<number | undefined> {
    const { now, sleep, random } = this.#options;
    const turn = await this.#take();
    const wait = turn - now().getTime();
    if (wait > MAX_WAIT_MS) return wait;
    // apart from each other, also those whose turn is already there
    await sleep(Math.max(0, wait) + random() * (EVERY_MS / 4));
    return undefined;
  }

  async hold(ms: number): Promise<void> {
    const until = this.#options.now().getTime() + Math.ceil(ms);
    await this.#update({
      set: '#next = :until',
      when: 'attribute_not_exists(#next) OR #next < :until',
      values: { ':until': until },
    });
  }

  /** The moment of a turn that is now ours; or of one too far away, which nobody has taken. */
  async #take(): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const now = this.#options.now().getTime();
      const floor = now - (AT_ONCE - 1) * EVERY_MS;
      const queued = await this.#update({
        set: '#next = #next + :every',
        when: '#next > :floor AND #next <= :horizon',
        values: { ':every': EVERY_MS, ':floor': floor, ':horizon': now + MAX_WAIT_MS },
      });
      if (queued.isDone) return queued.next - EVERY_MS;
      if (queued.next > now + MAX_WAIT_MS) return queued.next;
      // nobody came for a while: begin with what may be sent at once
      const started = await this.#update({
        set: '#next = :first',
        when: 'attribute_not_exists(#next) OR #next <= :floor',
        values: { ':first': floor + EVERY_MS, ':floor': floor },
      });
      if (started.isDone) return floor;
    }
    // others were faster twenty times: there is no turn soon
    return this.#options.now().getTime() + 2 * MAX_WAIT_MS;
  }

  /** `next` after the update; when its condition did not hold, as it is. */
  async #update(step: {
    readonly set: string;
    readonly when: string;
    readonly values: Record<string, number>;
  }): Promise<{ readonly isDone: boolean; readonly next: number }> {
    try {
      const { Attributes } = await this.#dynamo.send(
        new UpdateCommand({
          TableName: this.#options.table,
          Key: bucketKey('em'),
          UpdateExpression: `SET ${step.set}`,
          ConditionExpression: step.when,
          ExpressionAttributeNames: { '#next': 'next' },
          ExpressionAttributeValues: step.values,
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { isDone: true, ...Bucket.parse(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { isDone: false, next: Number(error.Item?.['next']?.N ?? 0) };
    }
  }
}
