import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import * as z from 'zod';
import { batchOf, batchSource, objectKey } from '#contract/keys.ts';
import { CannotStart, explain } from '../../local/cloud/cannot-start.ts';
import type { Target } from './uploader.ts';

/** One life of one log, as far as it is stored. */
const Log = z.object({
  source: z.string(),
  /** Of the first line alone; the name of its batches also counts its lives. */
  firstLine: z.string(),
  /** Grows when a file with the same first line turns out to be another. */
  life: z.int().nonnegative(),
  /** Bytes of it that are stored. */
  offset: z.int().nonnegative(),
  /** Hash of the last bytes before `offset`, by which it is known again. */
  tail: z.string(),
});
export type Log = z.infer<typeof Log>;

/** A file when it was looked at last. */
const Seen = z.object({
  inode: z.number(),
  /** Bytes that are stored. */
  size: z.number(),
  modified: z.number(),
  /** Key in `logs`; absent for files that are uploaded whole. */
  log: z.string().optional(),
});
export type Seen = z.infer<typeof Seen>;

/** A cache of what the bucket holds: should it be lost or old, the bucket is asked. */
const SyncState = z.object({
  v: z.literal(1),
  logs: z.record(z.string(), Log),
  /** By path below the folder. */
  seen: z.record(z.string(), Seen),
});
export type SyncState = z.infer<typeof SyncState>;

/** @throws CannotStart when it is no state file */
export async function readSyncState(file: string): Promise<SyncState> {
  try {
    return SyncState.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { v: 1, logs: {}, seen: {} };
    throw new CannotStart(
      `${file} is no state of viva logs sync: delete it, and the bucket is asked what it holds.`,
      { cause: error },
    );
  }
}

/** What of it the bucket holds: it may be another one now, or have been emptied. */
export async function heldBy(target: Target, { v, logs, seen }: SyncState): Promise<SyncState> {
  const { ends, whole } = await storedAt(target);
  const heldLogs = Object.entries(logs).filter(
    ([name, { offset }]) => (ends.get(name) ?? 0) >= offset,
  );
  const names = new Set(heldLogs.map(([name]) => name));
  const heldFiles = Object.entries(seen).filter(([source, { log }]) =>
    log === undefined ? whole.has(source) : names.has(log),
  );
  return { v, logs: Object.fromEntries(heldLogs), seen: Object.fromEntries(heldFiles) };
}

/** Where the batches of each log end, and the files that are there whole. */
async function storedAt({ objects, agent }: Target) {
  const root = objectKey.log(agent, '');
  const ends = new Map<string, number>();
  const whole = new Set<string>();
  for await (const { key, size } of objects.list(root)) {
    const path = key.slice(root.length);
    const batch = batchOf(path);
    if (batch === undefined) whole.add(path);
    else ends.set(batchSource(batch), batch.offset + size);
  }
  return { ends, whole };
}

/** Batches are named by this: a further life of the same first line is another generation. */
export function generationIn({ firstLine, life }: Pick<Log, 'firstLine' | 'life'>): string {
  if (life === 0) return firstLine;
  return createHash('sha256').update(`${firstLine}#${life}`).digest('hex').slice(0, 16);
}

/** As which source its batches come. */
export function nameOf(log: Pick<Log, 'source' | 'firstLine' | 'life'>): string {
  return batchSource({ source: log.source, generation: generationIn(log) });
}

/**
 * The file is the old one or the new one, whenever the process or the machine dies.
 * @throws CannotStart when it may not be written
 */
export async function writeSyncState(file: string, state: SyncState): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  try {
    const handle = await open(fresh, 'w');
    try {
      await handle.writeFile(JSON.stringify(state));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    throw explain(error, `The note of what is stored, ${file},`);
  }
}
