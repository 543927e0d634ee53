import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Request units so far, as on-demand DynamoDB bills them for items of at most 1 KB. */
export interface Units {
  writes: number;
  reads: number;
}

interface Call {
  readonly ConsistentRead?: boolean;
  readonly TransactItems?: readonly object[];
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly object[]; readonly ConsistentRead?: boolean }>
  >;
}

/**
 * Counts what a client asks for: a write is 1 unit, in a transaction 2 (a condition check too); a strong read is 1, another one half, of
 * an absent item as well. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export function counting(client: DynamoDBDocumentClient): Units {
  const units: Units = { writes: 0, reads: 0 };
  client.middlewareStack.add(
    (next, { commandName }: { readonly commandName?: string }) =>
      (args) => {
        const cost = COSTS[commandName ?? ''];
        if (cost === undefined) throw new Error(`Nobody has said what ${commandName} costs.`);
        const { writes = 0, reads = 0 } = cost(args.input as Call);
        units.writes += writes;
        units.reads += reads;
        return next(args);
      },
    { step: 'initialize', name: 'countUnits' },
  );
  return units;
}

const one = (): Partial<Units> => ({ writes: 1 });
const read = ({ ConsistentRead: isStrong = false }): Partial<Units> => ({
  reads: isStrong ? 1 : 0.5,
});

const COSTS: Readonly<Record<string, (call: Call) => Partial<Units>>> = {
  PutItemCommand: one,
  UpdateItemCommand: one,
  DeleteItemCommand: one,
  TransactWriteItemsCommand: ({ TransactItems = [] }) => ({ writes: 2 * TransactItems.length }),
  GetItemCommand: read,
  QueryCommand: read,
  BatchGetItemCommand: ({ RequestItems = {} }) => ({
    reads: Object.values(RequestItems).reduce(
      (sum, table) => sum + table.Keys.length * (read(table).reads ?? 0),
      0,
    ),
  }),
  // a test's own look
  ScanCommand: () => ({}),
};
