/** Request units, as on-demand DynamoDB bills them. */
export interface Units {
  writes: number;
  reads: number;
}

/** What of a request its price hangs on; the SDK's document commands and the wire have the same names. */
export interface Call {
  readonly ConsistentRead?: boolean;
  readonly TransactItems?: readonly object[];
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly object[]; readonly ConsistentRead?: boolean }>
  >;
}

const one = (): Units => ({ writes: 1, reads: 0 });
const read = ({ ConsistentRead: isStrong = false }: Call): Units => ({
  writes: 0,
  reads: isStrong ? 1 : 0.5,
});

const COSTS: Readonly<Record<string, (call: Call) => Units>> = {
  PutItem: one,
  UpdateItem: one,
  DeleteItem: one,
  TransactWriteItems: ({ TransactItems = [] }) => ({ writes: 2 * TransactItems.length, reads: 0 }),
  GetItem: read,
  Query: read,
  BatchGetItem: ({ RequestItems = {} }) => ({
    writes: 0,
    reads: Object.values(RequestItems).reduce(
      (sum, table) => sum + table.Keys.length * read(table).reads,
      0,
    ),
  }),
};

/**
 * Of one request for items of at most 1 KB, pages of at most 4 KB: a write is 1 unit, in a transaction 2 (a condition check too); a strong
 * read is 1, another one half, of an absent item as well. Undefined for an operation that nobody has priced.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export function unitsOf(operation: string, call: Call): Units | undefined {
  return COSTS[operation]?.(call);
}
