import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Address, TaskId } from '#contract/ids.ts';
import { type Key, marketKey, OPEN_TASKS } from '#contract/keys.ts';
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
  readApplication,
  readExecutor,
  readSubmission,
  readTask,
  submissionItem,
  taskItem,
} from './items.ts';

const PAGE = 100;

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

  create(task: ExchangeTask): Promise<boolean> {
    return this.#putNew(taskItem(task));
  }

  async save({ task, submission, rating, lock }: ExchangeChange): Promise<Saved> {
    const writes = [
      this.#next(taskItem(task), task.version),
      ...(submission ? [this.#next(submissionItem(submission), submission.version)] : []),
      ...(rating ? [this.#count(rating)] : []),
      // last, so that its place among the cancellation reasons is known
      ...(lock ? [this.#claim(lock, task.id)] : []),
    ];
    try {
      await this.#dynamo.send(new TransactWriteCommand({ TransactItems: writes }));
      return 'saved';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (lock && codes.at(-1) === 'ConditionalCheckFailed') return 'lock-taken';
      if (
        codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')
      ) {
        return 'outrun';
      }
      throw error;
    }
  }

  async *open(most: number): AsyncIterable<ExchangeTask> {
    yield* this.#tasks({ index: 'open', key: 'openPk', value: OPEN_TASKS, most });
  }

  async *published(publisher: Address, most: number): AsyncIterable<ExchangeTask> {
    yield* this.#tasks({ index: 'byPublisher', key: 'publisherPk', value: publisher, most });
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
    const found: ExchangeApplication[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#dynamo.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      found.push(...(page.Items ?? []).map(readApplication));
      from = page.LastEvaluatedKey;
    } while (from);
    return found;
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

  async *#tasks(query: {
    readonly index: string;
    readonly key: string;
    readonly value: string;
    readonly most: number;
  }): AsyncIterable<ExchangeTask> {
    const pages = paginateQuery(
      { client: this.#dynamo, pageSize: Math.min(PAGE, query.most) },
      {
        TableName: this.#table,
        IndexName: query.index,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': query.key },
        ExpressionAttributeValues: { ':value': query.value },
        ScanIndexForward: false,
      },
    );
    let seen = 0;
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        yield readTask(item);
        seen += 1;
        if (seen === query.most) return;
      }
    }
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
