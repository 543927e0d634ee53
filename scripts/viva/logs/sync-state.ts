import { open, readFile, rename } from 'node:fs/promises';
import * as z from 'zod';
import { CannotStart } from '../../local/cloud/cannot-start.ts';

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

/** The file is the old one or the new one, whenever the process or the machine dies. */
export async function writeSyncState(file: string, state: SyncState): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  const handle = await open(fresh, 'w');
  try {
    await handle.writeFile(JSON.stringify(state));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}
