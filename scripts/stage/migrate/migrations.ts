/** What becomes of one item; whatever is not named stays as it is, also what later code has added. */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
}

/** One step of one kind of item, from version `from` to the next. */
export interface Migration {
  /** In the imperative, for people. */
  readonly name: string;
  readonly table: 'economy' | 'market';
  /** Of `<pk> <sk>`, as `/^AGENT#\S+ STATE$/`. */
  readonly keys: RegExp;
  readonly from: number;
  /** Pure; whole numbers beyond 2^53 come as bigint. @throws when the item is not what it should be: it is told of and left alone */
  readonly change: (item: Readonly<Record<string, unknown>>) => Change;
}

/**
 * Every migration that a stage may still need, in any order. Empty as long as every item is of version 1: before a schema of `layers/contract`
 * takes version 2, code that reads both is deployed everywhere; then its migration stands here, and after it has run the old reader may go.
 */
export const MIGRATIONS: readonly Migration[] = [];
