import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Key } from '#contract/keys.ts';

type Row = Record<string, unknown>;

const PAGE = 100;

/** Rows of one query, page by page, never more than `most`: nobody holds them all. */
export async function* rowsOf(
  client: DynamoDBDocumentClient,
  query: Omit<QueryCommandInput, 'Limit'>,
  most: number,
): AsyncIterable<Row> {
  let seen = 0;
  for await (const { Items = [] } of paginateQuery(
    { client, pageSize: Math.min(PAGE, most) },
    query,
  )) {
    for (const item of Items) {
      yield item;
      seen += 1;
      if (seen === most) return;
    }
  }
}

/** Groups of at most a hundred, as BatchGetItem takes them. */
export async function* inHundreds<T>(all: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  let group: T[] = [];
  for await (const one of all) {
    group.push(one);
    if (group.length < PAGE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
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
