import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from '#contract/keys.ts';

type Row = Record<string, unknown>;

/** What most listings show, and a little more; then as many as BatchGetItem takes. */
const FIRST_PAGE = 25;
const PAGE = 100;

/** Rows of one query, a page of at most a hundred at a time and never more than `most`: nobody holds them all. */
export async function* pagesOf(
  client: DynamoDBDocumentClient,
  query: Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>,
  most: number,
): AsyncIterable<readonly Row[]> {
  let left = most;
  let ExclusiveStartKey: Row | undefined;
  do {
    const Limit = Math.min(left, left === most ? FIRST_PAGE : PAGE);
    const command = new QueryCommand({ ...query, Limit, ExclusiveStartKey });
    const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await client.send(command);
    yield Items;
    left -= Items.length;
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey && left > 0);
}

/** The same rows one by one; those of a page that nobody comes to are not asked for. */
export async function* rowsOf(...asked: Parameters<typeof pagesOf>): AsyncIterable<Row> {
  for await (const page of pagesOf(...asked)) yield* page;
}

/** The items that exist, in no order. */
export async function itemsAt(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<readonly Row[]> {
  const found: Row[] = [];
  let left: readonly Row[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  while (left.length > 0) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: [...left] } } }),
    );
    found.push(...(Responses?.[table] ?? []));
    left = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return found;
}
