import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CannotStart, explain } from '../local/cloud/cannot-start.ts';
import { fail } from './output.ts';

/** With less than this left, whatever failed did so for want of space, by whatever service it was told. In bytes. */
const TOO_LITTLE = 1024 ** 2;

/** What a person can do about an error of a run whose state lies in `dir`, in one sentence; a bug stays as it is. */
export function blame(error: unknown, dir: string): unknown {
  const what = `The state folder ${resolve(dir)}`;
  if (error instanceof CannotStart || freeBytes(resolve(dir)) >= TOO_LITTLE)
    return explain(error, what);
  return new CannotStart(
    `${what} cannot be written because the disk is full: free some space and start again.`,
    {
      cause: error,
    },
  );
}

/**
 * What breaks in the background ends the run with its sentence. Rooms, relay and chain end with this process; the state folder holds
 * all that was acknowledged.
 */
export function endOnFault(dir: string): void {
  process.once('uncaughtException', (error) => {
    fail(blame(error, dir));
    process.exit(1);
  });
}

function freeBytes(dir: string): number {
  let folder = dir;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
