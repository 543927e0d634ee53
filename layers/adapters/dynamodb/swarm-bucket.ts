import { randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Pacer, Turn } from '#adapters/em/wire.ts';
import { bucketKey } from '#contract/keys.ts';

/**
 * Requests of a whole swarm: with one every 1.2 s and a handful at once, no minute sees more than 56 of the 60 that Execution Market
 * allows an address (`facts/execution-market.md` section 1.10). A wallet's 300 a minute are then never reached.
 */
const EVERY_MS = 1_200;
const AT_ONCE = 5;
/** Turns are used this far apart from when they are free, so that those of one moment don't race. */
export const SPREAD_MS = EVERY_MS / 4;
/** A beat has better things to do than to wait longer. */
const MAX_WAIT_MS = 20_000;
/**
 * The tenth 429 within five minutes bans the address for hours. A turn counts as one from when it is given until it is known to have
 * been served, and a refused one for five minutes more: while never more than eight count there is no tenth, whoever else uses up the
 * limit, however late answers come, and wherever an agent dies.
 */
const MOST_IN_DOUBT = 8;
const REMEMBERED_MS = 300_000;
/** No answer is waited for longer. */
const ANSWERED_MS = 30_000;
const ATTEMPTS = 20;

/** As DynamoDB gives it with a failed condition. */
const number = z.object({ N: z.coerce.number() }).transform(({ N }) => N);
const Bucket = z.object({
  /** Moment (ms) of the next free turn. */
  next: number,
  /** Nobody sends before. */
  held: number,
  /** When each turn that is in doubt is forgotten. */
  open: z.object({ M: z.record(z.string(), number) }).transform(({ M }) => M),
});
type Bucket = z.infer<typeof Bucket>;

interface Given {
  readonly id: string;
  readonly at: number;
}

export interface SwarmBucketOptions {
  readonly table: string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Update {
  readonly set: string;
  readonly when?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * One bucket for all who share an address, as one item. Taking a turn moves `next` on by one conditional update, so that each turn is
 * given once; a 429 moves it behind the wait that it asks for, for everybody, also for those who have a turn and wait for it.
 */
export class SwarmBucket implements Pacer {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #options: SwarmBucketOptions;

  constructor(dynamo: DynamoDBDocumentClient, options: SwarmBucketOptions) {
    this.#dynamo = dynamo;
    this.#options = options;
  }

  async turn(): Promise<Turn | number> {
    const { sleep, random } = this.#options;
    const given = await this.#take();
    if (typeof given === 'number') return given;
    const wait = Math.max(0, given.at - this.#now());
    await sleep(wait + random() * SPREAD_MS);
    // a turn that was free at once is used within that spread: not worth another write
    const held = wait > 0 ? await this.#heldSince(given) : undefined;
    if (held !== undefined) return held;
    return {
      served: () => this.#forget([given.id]),
      refused: (ms) => this.#hold(given, Math.ceil(ms)),
    };
  }

  /** A turn that is now ours; or how many ms it would be to one, which nobody has taken. */
  async #take(): Promise<Given | number> {
    const id = randomBytes(6).toString('hex');
    let step: Step = { kind: 'queue' };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (step.kind === 'wait') return step.ms;
      if (step.kind === 'forget') {
        await this.#forget(step.ids);
        step = { kind: 'queue' };
        continue;
      }
      const now = this.#now();
      const after = await this.#update(giving(step.kind, id, now));
      if (after.isDone) return { id, at: after.next - EVERY_MS };
      step = stepIn(after.bucket, now);
    }
    // others were faster twenty times: there is no turn soon
    return MAX_WAIT_MS;
  }

  /** How long to keep away, when somebody was refused while this turn was waited for; it goes back then. */
  async #heldSince({ id }: Given): Promise<number | undefined> {
    const now = this.#now();
    const { isDone, bucket } = await this.#update({
      set: 'SET #open.#id = :until',
      when: '#held <= :now AND attribute_exists(#open.#id)',
      names: { '#id': id },
      values: { ':now': now, ':until': now + ANSWERED_MS + REMEMBERED_MS },
    });
    if (isDone) return undefined;
    await this.#forget([id]);
    return Math.max(EVERY_MS, (bucket?.held ?? 0) - now);
  }

  async #hold({ id }: Given, ms: number): Promise<void> {
    const now = this.#now();
    const values = { ':held': now + ms };
    await this.#update({ set: 'SET #held = :held', when: '#held < :held', values });
    await this.#update({ set: 'SET #next = :held', when: '#next < :held', values });
    await this.#update({
      set: 'SET #open.#id = :until',
      names: { '#id': id },
      values: { ':until': now + REMEMBERED_MS },
    });
  }

  async #forget(ids: readonly string[]): Promise<void> {
    await this.#update({
      set: `REMOVE ${ids.map((_, i) => `#open.#id${i}`).join(', ')}`,
      names: Object.fromEntries(ids.map((id, i) => [`#id${i}`, id])),
    });
  }

  /** `next` after the update; when its condition did not hold, the bucket as it is, if there is one. */
  async #update({ set, when, names, values }: Update): Promise<{
    readonly isDone: boolean;
    readonly next: number;
    readonly bucket?: Bucket | undefined;
  }> {
    const expressions = `${set} ${when ?? ''}`;
    const fields = ['next', 'held', 'open'].filter((one) => expressions.includes(`#${one}`));
    try {
      const { Attributes } = await this.#dynamo.send(
        new UpdateCommand({
          TableName: this.#options.table,
          Key: bucketKey('em'),
          UpdateExpression: set,
          ...(when !== undefined && { ConditionExpression: when }),
          ExpressionAttributeNames: {
            ...Object.fromEntries(fields.map((one) => [`#${one}`, one])),
            ...names,
          },
          ...(values && { ExpressionAttributeValues: values }),
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { isDone: true, next: Number(Attributes?.['next'] ?? 0) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { isDone: false, next: 0, bucket: Bucket.safeParse(error.Item).data };
    }
  }

  #now(): number {
    return this.#options.now().getTime();
  }
}

type Step =
  | { readonly kind: 'queue' | 'start' | 'found' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'forget'; readonly ids: readonly string[] };

/** What to try in a bucket as it was seen. */
function stepIn(bucket: Bucket | undefined, now: number): Step {
  if (bucket === undefined) return { kind: 'found' };
  const { next, held, open } = bucket;
  if (held > now) return { kind: 'wait', ms: held - now };
  const ids = Object.keys(open).filter((id) => (open[id] ?? 0) <= now);
  if (ids.length > 0) return { kind: 'forget', ids };
  if (next > now + MAX_WAIT_MS) return { kind: 'wait', ms: next - now };
  if (Object.keys(open).length < MOST_IN_DOUBT)
    return { kind: next <= firstOf(now) ? 'start' : 'queue' };
  // the last of them may still be answered; after that they only grow old
  const isOver = next + ANSWERED_MS < now;
  const free = isOver ? Math.min(...Object.values(open)) : next;
  return { kind: 'wait', ms: Math.max(EVERY_MS, free - now) };
}

/** The moment of the first of those turns that may be used at once when nobody came for a while. */
function firstOf(now: number): number {
  return now - (AT_ONCE - 1) * EVERY_MS;
}

/** Takes a turn: the next one, the first after a while, or the very first of all. */
function giving(kind: 'queue' | 'start' | 'found', id: string, now: number): Update {
  const first = firstOf(now);
  const until = now + MAX_WAIT_MS + ANSWERED_MS + REMEMBERED_MS;
  if (kind === 'found')
    return {
      set: 'SET #next = :next, #held = :held, #open = :open',
      when: 'attribute_not_exists(#open)',
      values: { ':next': first + EVERY_MS, ':held': 0, ':open': { [id]: until } },
    };
  const isFree = '#held <= :now AND size(#open) < :most';
  const common = { ':now': now, ':most': MOST_IN_DOUBT, ':until': until, ':first': first };
  if (kind === 'start')
    return {
      set: 'SET #next = :next, #open.#id = :until',
      when: `#next <= :first AND ${isFree}`,
      names: { '#id': id },
      values: { ...common, ':next': first + EVERY_MS },
    };
  return {
    set: 'SET #next = #next + :every, #open.#id = :until',
    when: `#next > :first AND #next <= :horizon AND ${isFree}`,
    names: { '#id': id },
    values: { ...common, ':every': EVERY_MS, ':horizon': now + MAX_WAIT_MS },
  };
}
