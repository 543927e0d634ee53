import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { CannotStart, explain } from './cannot-start.ts';

const Holder = z.object({ pid: z.int(), startedAt: z.string() });

/** A state folder that this process alone may use until it releases it, or dies. */
export interface Lock {
  readonly release: () => void;
}

/**
 * Takes the state folder for this process. The lock is SQLite's own lock on `lock.sqlite`, which the kernel drops with the process
 * however it dies: no stale lock can remain, and a recycled pid is never mistaken for the holder. `lock.json` only names the holder.
 * @throws CannotStart when another cloud uses the folder, naming its pid
 */
export function lockFolder(dir: string, now: Date): Lock {
  const holderFile = join(dir, 'lock.json');
  try {
    mkdirSync(dir, { recursive: true });
    const database = new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (isLocked(error)) throw inUse(dir, holderFile);
      throw error;
    }
    writeFileSync(holderFile, JSON.stringify({ pid: process.pid, startedAt: now.toISOString() }));
    return {
      release: () => {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    throw explain(error, `The state folder ${resolve(dir)}`);
  }
}

function isLocked(error: unknown): boolean {
  // https://www.sqlite.org/rescode.html: 5 is SQLITE_BUSY
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function inUse(dir: string, holderFile: string): CannotStart {
  const holder = readHolder(holderFile);
  const who = holder
    ? `process ${holder.pid} since ${holder.startedAt}: stop it (Ctrl-C there, or kill ${holder.pid})`
    : 'another process: stop it';
  return new CannotStart(
    `The state folder ${resolve(dir)} is in use by ${who} or choose another folder.`,
  );
}

function readHolder(file: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
