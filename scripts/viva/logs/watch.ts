import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { paint, print } from '../output.ts';
import { plain } from '../words.ts';
import { Progress, sizeText } from './progress.ts';
import { syncFiles } from './sync.ts';
import { heldBy, readSyncState, type SyncState, writeSyncState } from './sync-state.ts';
import { atBucket, type Flags, filesIn, targetOf } from './target.ts';
import type { Target } from './uploader.ts';

export type SyncFlags = Flags & { readonly state?: string; readonly every: number };

/** What one look needs of those before it. */
interface Session {
  readonly target: Target;
  readonly state: SyncState;
  readonly file: string;
}

/** `viva logs sync`: exit code 1 when a file could not be read. */
export async function sync(folder: string, flags: SyncFlags): Promise<void> {
  const progress = new Progress(flags.json);
  const { bytes, failed } = await atBucket(flags, async () =>
    look(await begin(folder, flags), folder, { flags, progress }),
  );
  if (failed > 0) process.exitCode = 1;
  print(flags.json, { bytes, failed }, () =>
    failed > 0 ? `${sizeText(bytes)} stored; see above what is not.` : `${sizeText(bytes)} stored.`,
  );
}

/** `viva logs watch`: what is wrong at the first look ends it; later it is told once, and tried again. */
export async function watch(folder: string, flags: SyncFlags): Promise<void> {
  if (!(flags.every > 0))
    throw new CannotStart('--every is the time between two looks: give seconds above 0.');
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      ending.abort();
    });
  const progress = new Progress(flags.json);
  let session: Session | undefined;
  let isBegun = false;
  let stored = 0;
  while (!ending.signal.aborted) {
    try {
      stored += await atBucket(flags, async () => {
        session ??= await begin(folder, flags);
        return (await look(session, folder, { flags, progress })).bytes;
      });
      if (!isBegun) progress.say(`Watching ${resolve(folder)}; Ctrl-C ends it.`);
      isBegun = true;
    } catch (error) {
      if (!isBegun) throw error;
      // it may be another economy that comes back
      session = undefined;
      const why = error instanceof Error ? error.message : String(error);
      progress.once(paint('red', `not stored yet: ${why}`, process.stderr));
    }
    const { signal } = ending;
    await sleep(flags.every * 1000, undefined, { signal }).catch(() => undefined);
  }
  print(flags.json, { bytes: stored }, () => `${sizeText(stored)} stored in all.`);
}

async function begin(folder: string, flags: SyncFlags): Promise<Session> {
  const target = await targetOf(flags);
  const file = flags.state ?? join(resolve(folder), '.viva-sync.json');
  const state = await heldBy(target, await readSyncState(file));
  return { target, state, file };
}

async function look(
  { target, state, file }: Session,
  folder: string,
  { flags, progress }: { readonly flags: SyncFlags; readonly progress: Progress },
): Promise<{ readonly bytes: number; readonly failed: number }> {
  const files = await filesIn(folder, flags, (line) => {
    if (!flags.json) progress.once(line);
  });
  let failed = 0;
  const bytes = await syncFiles(files, {
    target,
    state,
    save: () => writeSyncState(file, state),
    onBatch: (source, size) => {
      progress.say(`${plain(source)}: ${sizeText(size)}`);
    },
    onTrouble: ({ source }, why) => {
      failed += 1;
      progress.once(paint('red', `not stored yet: ${plain(source)}: ${why}.`, process.stderr));
    },
  });
  return { bytes, failed };
}
