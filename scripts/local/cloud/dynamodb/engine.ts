import { createRequire } from 'node:module';
import * as z from 'zod';
import { decideDocuments } from './documents.ts';
import { DynamoError } from './errors.ts';
import { type Callback, type Shelf, shelfOf } from './shelf.ts';
import { Store } from './store.ts';

/** The requests dynalite answers itself. */
export const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What dynalite's actions expect of a store (dynalite 4.0.0, db/index.js, `create`). */
interface DynaliteStore {
  readonly options: Readonly<Record<string, number>>;
  readonly tableDb: Shelf;
  readonly getItemDb: (table: string) => Shelf;
  readonly getIndexDb: (...path: [kind: string, table: string, index: string]) => Shelf;
  readonly getTagDb: (table: string) => Shelf;
  readonly deleteItemDb: (table: string, done: Callback) => void;
  readonly deleteIndexDb: (
    ...path: [kind: string, table: string, index: string, done: Callback]
  ) => void;
  readonly deleteTagDb: (table: string, done: Callback) => void;
  readonly getTable: (name: string, checkStatus: boolean | Callback, done?: Callback) => void;
}

export const TABLES = 'table';

type Action = (store: DynaliteStore, data: unknown, done: Callback) => void;
interface Validation {
  readonly types: unknown;
  readonly custom?: unknown;
}

const isFunction = (value: unknown) => typeof value === 'function';
const Action = z.custom<Action>(isFunction);
const Validation = z.custom<Validation>((value) => typeof value === 'object' && value !== null);
const Rules = z.object({
  checkTypes: z.custom<(data: unknown, types: unknown) => unknown>(isFunction),
  checkValidations:
    z.custom<
      (...check: [data: unknown, types: unknown, custom: unknown, store: DynaliteStore]) => void
    >(isFunction),
});
const Database = z.object({
  createKey: z.custom<(item: unknown, table: Table) => string>(isFunction),
  validateKey: z.custom<(key: unknown, table: Table) => unknown>(isFunction),
  checkConditional: z.custom<(data: unknown, item: unknown) => unknown>(isFunction),
  itemSize: z.custom<(item: unknown) => number>(isFunction),
  mapPath: z.custom<(path: unknown, item: unknown) => unknown>(isFunction),
});
const Conditional = z.looseObject({
  TableName: z.string(),
  _condition: z.looseObject({ expression: z.unknown() }),
});

/** A table's description, as far as the wrapper reads it. */
export const Table = z.looseObject({
  TableName: z.string(),
  TableStatus: z.string(),
  KeySchema: z.array(z.object({ AttributeName: z.string() })),
});
export type Table = z.infer<typeof Table>;

const require = createRequire(import.meta.url);
const rules = Rules.parse(require('dynalite/validations'));
export const dynalite = Database.parse(require('dynalite/db'));
const fileOf = (operation: Operation) => operation.charAt(0).toLowerCase() + operation.slice(1);
const engine = new Map(
  OPERATIONS.map((operation) => [
    operation,
    {
      act: Action.parse(require(`dynalite/actions/${fileOf(operation)}`)),
      validation: Validation.parse(require(`dynalite/validations/${fileOf(operation)}`)),
    },
  ]),
);

/** Described once for each text: requests ask for their table several times, and it changes hardly ever. Not to be changed. */
class Descriptions {
  readonly #store: Store;
  readonly #known = new Map<string, { readonly text: string; readonly table: Table }>();

  constructor(store: Store) {
    this.#store = store;
  }

  of(name: string): Table | undefined {
    const text = this.#store.text(TABLES, name);
    if (text === undefined) return undefined;
    const known = this.#known.get(name);
    if (known?.text === text) return known.table;
    const table = Table.parse(JSON.parse(text));
    this.#known.set(name, { text, table });
    return table;
  }
}

export type Engine = ReturnType<typeof startEngine>;

/** dynalite's validations and actions over our store. Every refusal is thrown as a DynamoError. */
export function startEngine(store: Store) {
  const tables = new Descriptions(store);
  const view = dynaliteView(store, tables);
  const part = (operation: Operation) => {
    const found = engine.get(operation);
    if (!found) throw new Error(`dynalite has no ${operation}`);
    return found;
  };

  return {
    /** The request as dynalite wants it: known members only, expressions parsed. Removes members from `input`. */
    check: (operation: Operation, input: unknown): unknown => {
      const { types, custom } = part(operation).validation;
      try {
        const data = rules.checkTypes(input, types);
        rules.checkValidations(data, types, custom, view);
        return data;
      } catch (error) {
        throw DynamoError.from(error);
      }
    },

    /** Carries out a checked request; writes only inside `store.atomically`. */
    act: (operation: Operation, data: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        part(operation).act(view, decided({ store, tables }, data), (error, result) => {
          if (error) reject(DynamoError.from(error));
          else resolve(result);
        });
      }),

    /** @throws ResourceNotFoundException */
    table: (name: string): Table => {
      const table = tables.of(name);
      if (!table) throw tableNotFound(name, false);
      return table;
    },

    item: (table: Table, keyed: unknown): unknown => itemIn(store, table, keyed),

    /** The refusal of a checked request's condition, if it fails. */
    refusal: (table: Table, data: unknown): unknown =>
      dynalite.checkConditional(
        decided({ store, tables }, data),
        itemIn(store, table, keyOf(data)),
      ),
  };
}

const keyOf = (data: unknown): unknown => {
  const { Item, Key } = z
    .looseObject({ Item: z.unknown().optional(), Key: z.unknown().optional() })
    .parse(data);
  return Item ?? Key;
};

const itemIn = (store: Store, table: Table, keyed: unknown): unknown =>
  store.get(Store.itemShelf(table.TableName), dynalite.createKey(keyed, table));

/** The request with the part of its condition decided that dynalite would get wrong. */
function decided(
  { store, tables }: { readonly store: Store; readonly tables: Descriptions },
  data: unknown,
): unknown {
  const conditional = Conditional.safeParse(data);
  if (!conditional.success) return data;
  const table = tables.of(conditional.data.TableName);
  const keyed = keyOf(data);
  // whatever is wrong with the table or the key, dynalite says it
  if (!table || !hasKey(table, keyed)) return data;
  const item = itemIn(store, table, keyed) ?? {};
  const { _condition } = conditional.data;
  const resolve = (path: unknown) => dynalite.mapPath(path, item);
  const expression = decideDocuments(_condition.expression, resolve);
  return { ...conditional.data, _condition: { ..._condition, expression } };
}

function hasKey(table: Table, keyed: unknown): boolean {
  const attributes = z.record(z.string(), z.unknown()).parse(keyed);
  const names = table.KeySchema.map(({ AttributeName }) => AttributeName);
  const key = names.map((name) => [name, attributes[name]]);
  return dynalite.validateKey(Object.fromEntries(key), table) == null;
}

function dynaliteView(store: Store, tables: Descriptions): DynaliteStore {
  const index = (kind: string, table: string, name: string) =>
    `index-${kind.toLowerCase()}~${table}~${name}`;
  const tags = (table: string) => `tag-${table}`;
  const clear = (shelf: string, done: Callback) => {
    store.clear(shelf);
    done(undefined);
  };
  return {
    options: { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, maxItemSize: 409_600 },
    tableDb: shelfOf(store, TABLES),
    getItemDb: (table) => shelfOf(store, Store.itemShelf(table)),
    getIndexDb: (...path) => shelfOf(store, index(...path)),
    getTagDb: (table) => shelfOf(store, tags(table)),
    deleteItemDb: (table, done) => {
      clear(Store.itemShelf(table), done);
    },
    deleteIndexDb: (...[kind, table, name, done]) => {
      clear(index(kind, table, name), done);
    },
    deleteTagDb: (table, done) => {
      clear(tags(table), done);
    },
    getTable: (name, checkStatus, last) => {
      const done = typeof checkStatus === 'function' ? checkStatus : last;
      // who asks for one in whatever state is about to change it, and gets a copy of its own
      const table = checkStatus === false ? store.get(TABLES, name) : tables.of(name);
      if (table === undefined) done?.(tableNotFound(name, checkStatus !== false));
      else done?.(undefined, table);
    },
  };
}

function tableNotFound(name: string, brief: boolean): DynamoError {
  const message = `Requested resource not found${brief ? '' : `: Table: ${name} not found`}`;
  const error = new DynamoError('ResourceNotFoundException', message);
  error.name = 'NotFoundError'; // the name dynalite's tag actions look for
  return error;
}
