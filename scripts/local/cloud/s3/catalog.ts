import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import * as z from 'zod';
import { CannotStart } from '../cannot-start.ts';

/** An object as it is listed; its bytes are the file `blob`. */
export const StoredObject = z.object({
  key: z.string(),
  blob: z.string(),
  size: z.number(),
  etag: z.string(),
  /** Milliseconds since 1970. */
  modified: z.number(),
  /** The response headers it is given back with, as JSON. */
  headers: z.string().transform((json) => Headers.parse(JSON.parse(json))),
});
export type StoredObject = z.infer<typeof StoredObject>;
export const Headers = z.record(z.string(), z.string());
export type Headers = Readonly<Record<string, string>>;

export const Bucket = z.object({ name: z.string(), created: z.number() });
export const Upload = z.object({
  id: z.string(),
  bucket: z.string(),
  key: z.string(),
  started: z.number(),
  headers: z.string(),
});
export const Part = z.object({
  number: z.number(),
  blob: z.string(),
  size: z.number(),
  etag: z.string(),
  modified: z.number(),
});
export type Part = z.infer<typeof Part>;

const SCHEMA = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL REFERENCES bucket (name), key TEXT NOT NULL, blob TEXT NOT NULL,
    size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, headers TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
  );
  CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES bucket (name), key TEXT NOT NULL,
    started INTEGER NOT NULL, headers TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS part (
    upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL,
    PRIMARY KEY (upload, number)
  );
  CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
`;

/**
 * What exists, in one SQLite file (`s3.sqlite` in `dir`). An object becomes visible, replaces another and
 * owes its notification in one synchronous transaction, so of racing writers exactly one meets its condition.
 */
export class Catalog {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  /** @throws CannotStart when another process holds the same folder */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    const path = join(dir, 's3.sqlite');
    this.#db = new DatabaseSync(path, { timeout: 1_000 });
    try {
      this.#db.exec(SCHEMA);
    } catch (cause) {
      this.#db.close();
      throw new CannotStart(
        `${path} cannot be opened: stop the process that holds it or choose another folder.`,
        { cause },
      );
    }
  }

  all<Row>(shape: z.ZodType<Row>, sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return z.array(shape).parse(this.#prepared(sql).all(...values));
  }

  one<Row>(shape: z.ZodType<Row>, sql: string, ...values: SQLInputValue[]): Row | undefined {
    const row = this.#prepared(sql).get(...values);
    return row && shape.parse(row);
  }

  /** Runs one change and answers how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** All of `work` or nothing; synchronous, so nobody comes in between. */
  atomically<Result>(work: () => Result): Result {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  object(bucket: string, key: string): StoredObject | undefined {
    return this.one(StoredObject, 'SELECT * FROM object WHERE bucket = ? AND key = ?', bucket, key);
  }

  hasBucket(name: string): boolean {
    return this.one(Bucket, 'SELECT * FROM bucket WHERE name = ?', name) !== undefined;
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #prepared(sql: string) {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}
