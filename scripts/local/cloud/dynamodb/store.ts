import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import * as z from 'zod';
import { CannotStart } from '../cannot-start.ts';

/** The bounds of a scan, as LevelDB names them; `limit` -1 means none. */
export interface Bounds {
  readonly gt?: string | undefined;
  readonly gte?: string | undefined;
  readonly lt?: string | undefined;
  readonly lte?: string | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

/** An item whose time to live has passed. */
export interface Expired {
  readonly table: string;
  readonly item: unknown;
}

export const Row = z.object({ key: z.string(), value: z.string() });
export type Row = z.infer<typeof Row>;

const PAGE = 100;
const ITEMS = 'item-';

const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS entry (
    shelf TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER,
    UNIQUE (shelf, key)
  );
  CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires) WHERE expires IS NOT NULL;
`;

/**
 * Named, ordered maps ("shelves") of string keys to JSON values, in one SQLite file: `dynamodb.sqlite` in
 * `dir`, or in memory without `dir`. A commit without fsync survives the death of the process, which is
 * what is promised here; it need not survive the death of the machine.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #expiryOf = new Map<string, (value: unknown) => number | undefined>();

  /** @throws CannotStart when another process holds the same folder */
  constructor(dir: string | undefined) {
    this.#db = openDatabase(dir);
  }

  get(shelf: string, key: string): unknown {
    const text = this.text(shelf, key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** The value as the JSON it is stored as. */
  text(shelf: string, key: string): string | undefined {
    const row = this.#prepared('SELECT key, value FROM entry WHERE shelf = ? AND key = ?').get(
      shelf,
      key,
    );
    return row && Row.parse(row).value;
  }

  put(shelf: string, key: string, value: unknown): void {
    const expires = this.#expiryOf.get(shelf)?.(value) ?? null;
    this.#write(
      `INSERT INTO entry (shelf, key, value, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT (shelf, key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
      [shelf, key, JSON.stringify(value), expires],
    );
  }

  del(shelf: string, key: string): void {
    this.#write('DELETE FROM entry WHERE shelf = ? AND key = ?', [shelf, key]);
  }

  clear(shelf: string): void {
    this.#write('DELETE FROM entry WHERE shelf = ?', [shelf]);
  }

  /** Rows in key order, read a page at a time: no statement stays open while the reader thinks. */
  rows(shelf: string, bounds: Bounds = {}): IteratorObject<Row> {
    const { limit = -1 } = bounds;
    const rows = this.#allRows(shelf, bounds);
    return limit < 0 ? rows : rows.take(limit);
  }

  *#allRows(shelf: string, bounds: Bounds): Generator<Row> {
    const [where, values] = conditions(shelf, bounds);
    const [order, beyond] = bounds.reverse ? ['DESC', '<'] : ['ASC', '>'];
    const tail = `ORDER BY key ${order} LIMIT ${PAGE}`;
    let page = this.#page(`${where} ${tail}`, values);
    for (;;) {
      yield* page;
      const last = page.at(-1)?.key;
      if (last === undefined || page.length < PAGE) return;
      page = this.#page(`${where} AND key ${beyond} ? ${tail}`, [...values, last]);
    }
  }

  /** Everything `work` writes becomes durable together when it resolves, or not at all. */
  async atomically<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = await work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  static itemShelf(table: string): string {
    return ITEMS + table;
  }

  /** From now on items put into `table` carry the expiry (seconds since 1970) that `read` finds in them. */
  watchExpiry(table: string, read: ((item: unknown) => number | undefined) | undefined): void {
    if (read) this.#expiryOf.set(Store.itemShelf(table), read);
    else this.#expiryOf.delete(Store.itemShelf(table));
  }

  /** Up to 500 items that expired after `after` and no later than `until` (seconds since 1970). */
  expired(after: number, until: number): readonly Expired[] {
    return z
      .array(Row)
      .parse(
        this.#prepared(
          `SELECT shelf AS key, value FROM entry
           WHERE expires > ? AND expires <= ? ORDER BY expires LIMIT 500`,
        ).all(after, until),
      )
      .map((row) => ({ table: row.key.slice(ITEMS.length), item: parsed(row) }));
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  #prepared(sql: string) {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #page(where: string, values: readonly SQLInputValue[]): readonly Row[] {
    const statement = this.#prepared(`SELECT key, value FROM entry WHERE ${where}`);
    return z.array(Row).parse(statement.all(...values));
  }

  /** A write outside a transaction would survive a request that was refused. */
  #write(sql: string, values: readonly SQLInputValue[]): void {
    if (!this.#db.isTransaction) throw new Error('a write came outside of any transaction');
    this.#prepared(sql).run(...values);
  }
}

/** The value of a row as JSON. */
export function parsed(row: unknown): unknown {
  const value: unknown = JSON.parse(Row.parse(row).value);
  return value;
}

function openDatabase(dir: string | undefined): DatabaseSync {
  if (dir !== undefined) mkdirSync(dir, { recursive: true });
  const path = dir === undefined ? ':memory:' : join(dir, 'dynamodb.sqlite');
  const db = new DatabaseSync(path, { timeout: 1_000 });
  try {
    db.exec(SCHEMA);
    return db;
  } catch (cause) {
    db.close();
    throw new CannotStart(
      `${path} cannot be opened: stop the process that holds it or choose another folder.`,
      { cause },
    );
  }
}

function conditions(shelf: string, { gt, gte, lt, lte }: Bounds): [string, SQLInputValue[]] {
  const bounds: [string, string | undefined][] = [
    ['shelf = ?', shelf],
    ['key > ?', gt],
    ['key >= ?', gte],
    ['key < ?', lt],
    ['key <= ?', lte],
  ];
  const given = bounds.filter(([, bound]) => bound !== undefined);
  return [
    given.map(([condition]) => condition).join(' AND '),
    given.map(([, bound]) => bound ?? null),
  ];
}
