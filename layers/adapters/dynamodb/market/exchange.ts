import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Address, TaskId } from '#contract/ids.ts';
import { DUE_TASKS, type Key, marketKey, OPEN_TASKS } from '#contract/keys.ts';
import type { MajorRejects } from '#core/exchange/rejecting.ts';
import type {
  ExchangeApplication,
  ExchangeSubmission,
  ExchangeTask,
  Executor,
} from '#core/exchange/task.ts';
import type { Exchange, ExchangeChange, Saved } from '#core/ports/exchange.ts';
import {
  applicationItem,
  executorItem,
  listingOf,
  readApplication,
  readExecutor,
  readRejects,
  readSubmission,
  readTask,
  rejectsItem,
  submissionItem,
  taskItem,
} from './items.ts';
import { itemsAt, pagesOf, rowsOf } from './reading.ts';

const Pointer = z.object({ taskId: TaskId });

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The market's memory in its own DynamoDB table. The client must drop undefined values when it marshals. */
export class DynamoExchange implements Exchange {
  readonly #dynamo: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(dynamo: DynamoDBDocumentClient, table: string) {
    this.#dynamo = dynamo;
    this.#table = table;
  }

  async task(id: TaskId): Promise<ExchangeTask | undefined> {
    const item = await this.#get(marketKey.task(id));
    return item && readTask(item);
  }

  async create(task: ExchangeTask): Promise<boolean> {
    const writes = [this.#next(taskItem(task), 1), ...this.#listings(task)];
    for (;;) {
      try {
        await this.#dynamo.send(new TransactWriteCommand({ TransactItems: writes }));
        return true;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const why = failures(error);
        if (why.includes('ConditionalCheckFailed')) return false;
        // the same task is being created beside us: ask again to see whether it came to be
        if (why.length === 0) throw error;
      }
    }
  }

  async save(change: ExchangeChange): Promise<Saved> {
    try {
      await this.#dynamo.send(new TransactWriteCommand({ TransactItems: this.#writes(change) }));
      return 'saved';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (change.lock && error.CancellationReasons?.at(-1)?.Code === 'ConditionalCheckFailed') {
        return 'lock-taken';
      }
      if (failures(error).length > 0) return 'outrun';
      throw error;
    }
  }

  async *open({ skill, most }: Parameters<Exchange['open']>[0]): AsyncIterable<ExchangeTask> {
    if (skill !== undefined) {
      yield* this.#openWith(skill, most);
      return;
    }
    for await (const item of this.#indexed(
      { index: 'open', key: 'openPk', value: OPEN_TASKS },
      most,
    )) {
      yield readTask(item);
    }
  }

  async *due(now: Date, most: number): AsyncIterable<ExchangeTask> {
    const query = {
      TableName: this.#table,
      IndexName: 'due',
      KeyConditionExpression: 'duePk = :due AND dueSk <= :now',
      // `#` sorts before `$`: every id of this very moment is in
      ExpressionAttributeValues: { ':due': DUE_TASKS, ':now': `${now.toISOString()}$` },
    };
    for await (const item of rowsOf(this.#dynamo, query, most)) yield readTask(item);
  }

  async *published(publisher: Address, most: number): AsyncIterable<ExchangeTask> {
    const index = { index: 'byPublisher', key: 'publisherPk', value: publisher };
    for await (const item of this.#indexed(index, most)) yield readTask(item);
  }

  async *appliedBy(executorId: string, most: number): AsyncIterable<ExchangeApplication> {
    const index = { index: 'byExecutor', key: 'executorPk', value: executorId };
    for await (const item of this.#indexed(index, most)) yield readApplication(item);
  }

  apply(application: ExchangeApplication): Promise<boolean> {
    return this.#putNew(applicationItem(application));
  }

  async application(taskId: TaskId, executorId: string): Promise<ExchangeApplication | undefined> {
    const item = await this.#get(marketKey.application(taskId, executorId));
    return item && readApplication(item);
  }

  async applications(taskId: TaskId): Promise<readonly ExchangeApplication[]> {
    const { pk, sk } = marketKey.application(taskId, '');
    const query = {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
      ConsistentRead: true,
    };
    return Array.fromAsync(rowsOf(this.#dynamo, query, Number.MAX_SAFE_INTEGER), readApplication);
  }

  async submission(id: string): Promise<ExchangeSubmission | undefined> {
    const item = await this.#get(marketKey.submission(id));
    return item && readSubmission(item);
  }

  async executor(id: string): Promise<Executor | undefined> {
    const item = await this.#get(marketKey.executor(id));
    return item && readExecutor(item);
  }

  register(executor: Executor): Promise<boolean> {
    return this.#putNew(executorItem(executor));
  }

  async majorRejects(publisher: Address): Promise<MajorRejects> {
    const item = await this.#get(marketKey.majorRejects(publisher));
    return item ? readRejects(item) : { version: 0, times: [] };
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#dynamo.send(
      new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
    );
    return Item;
  }

  async #putNew(item: Key): Promise<boolean> {
    try {
      await this.#dynamo.send(
        new PutCommand({
          TableName: this.#table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Rows of an index, the newest first. */
  #indexed(
    { index, key, value }: { readonly index: string; readonly key: string; readonly value: string },
    most: number,
  ): AsyncIterable<Record<string, unknown>> {
    const query = {
      TableName: this.#table,
      IndexName: index,
      KeyConditionExpression: '#key = :value',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: { ':value': value },
      ScanIndexForward: false,
    };
    return rowsOf(this.#dynamo, query, most);
  }

  /** By the skill's own list, so that a rare skill is found among a hundred thousand tasks. */
  async *#openWith(skill: string, most: number): AsyncIterable<ExchangeTask> {
    const query = {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': marketKey.openWith(skill, '').pk },
      ScanIndexForward: false,
    };
    for await (const pointers of pagesOf(this.#dynamo, query, most)) {
      const ids = pointers.map((pointer) => Pointer.parse(pointer).taskId);
      const items = await itemsAt(this.#dynamo, this.#table, ids.map(marketKey.task));
      const tasks = new Map(items.map(readTask).map((task) => [task.id, task]));
      for (const id of ids) {
        const task = tasks.get(id);
        if (task?.status === 'published') yield task;
      }
    }
  }

  #writes({ task, submission, rating, lock, majorRejects: rejects }: ExchangeChange): Write[] {
    return [
      this.#next(taskItem(task), task.version),
      ...this.#listings(task),
      ...(rejects ? [this.#next(rejectsItem(task.publisher, rejects), rejects.version)] : []),
      ...(submission ? [this.#next(submissionItem(submission), submission.version)] : []),
      ...(rating ? [this.#count(rating)] : []),
      // last, so that its place among the cancellation reasons is known
      ...(lock ? [this.#claim(lock, task.id)] : []),
    ];
  }

  /** The task on the list of each of its skills, or off it when it just left the market. */
  #listings(task: ExchangeTask): Write[] {
    const { isOpen, keys } = listingOf(task);
    return keys.map((Key) =>
      isOpen
        ? { Put: { TableName: this.#table, Item: { ...Key, v: 1, taskId: task.id } } }
        : { Delete: { TableName: this.#table, Key: { ...Key } } },
    );
  }

  /** The item in place of the version before it, or as the first. */
  #next(item: Key, version: number): Write {
    const isFirst = version === 1;
    return {
      Put: {
        TableName: this.#table,
        Item: item,
        ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : 'version = :before',
        ...(!isFirst && { ExpressionAttributeValues: { ':before': version - 1 } }),
      },
    };
  }

  #count({ executorId, score }: { readonly executorId: string; readonly score: number }): Write {
    return {
      Update: {
        TableName: this.#table,
        Key: marketKey.executor(executorId),
        UpdateExpression: 'ADD ratingCount :one, ratingSum :score',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1, ':score': score },
      },
    };
  }

  #claim(tx: string, taskId: string): Write {
    return {
      Put: {
        TableName: this.#table,
        Item: { ...marketKey.lock(tx), v: 1, taskId },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }
}

/** Why a transaction was cancelled, as far as somebody else was the reason. */
function failures({ CancellationReasons = [] }: TransactionCanceledException): readonly string[] {
  const codes = CancellationReasons.map(({ Code }) => Code ?? '');
  return codes.filter(
    (code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict',
  );
}
