import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { AgentId } from '#contract/ids.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { logFilesIn } from '../local/economy/uploads.ts';
import { economyAt } from './economy-at.ts';
import { syncFiles } from './logs/sync.ts';
import { readSyncState, writeSyncState } from './logs/sync-state.ts';
import { type LogFile, type Target, uploadFiles } from './logs/uploader.ts';
import { addLogsCollect } from './logs-collect.ts';
import { agentId, STATE_DIR } from './options.ts';
import { fail, paint, print } from './output.ts';

interface Flags {
  readonly dir: string;
  readonly bucket?: string;
  readonly agent: AgentId;
  readonly prefix: string;
  readonly json: boolean;
}

type SyncFlags = Flags & { readonly state?: string; readonly every: number };

/** `viva logs`: the ways in which an owner's chat logs reach the bucket, and the engine on a folder. */
export function addLogs(program: Command): void {
  const logs = program
    .command('logs')
    .description('Brings chat logs into the economy, or collects them here.');
  addLogsCollect(logs);
  withTarget(logs.command('upload'))
    .description(
      'Uploads a folder of logs; what is stored already is passed over, so an upload that was interrupted goes on.',
    )
    .option('--dry-run', 'say what would be uploaded, and write nothing', false)
    .action((folder: string, flags: Flags & { readonly dryRun: boolean }) =>
      upload(folder, flags).catch(fail),
    );
  withState(logs.command('sync'))
    .description('Uploads what the logs in a folder have got since the last time, and ends.')
    .action((folder: string, flags: SyncFlags) => sync(folder, flags).catch(fail));
  withState(logs.command('watch'))
    .description('Like sync, again and again, until it is told to end.')
    .option('--every <seconds>', 'time between two looks', Number, 2)
    .action((folder: string, flags: SyncFlags) => watch(folder, flags).catch(fail));
}

function withTarget(command: Command): Command {
  return command
    .argument('<folder>', 'folder with logs')
    .option('--dir <folder>', 'state folder of the running economy', STATE_DIR)
    .option('--bucket <name>', "a stage's data bucket, by your AWS credentials, instead")
    .option('--agent <id>', 'whose logs they are', agentId, COLLECTOR)
    .option('--prefix <path>', 'put this before the names, such as twitch/', '')
    .option('--json', 'print one JSON value and nothing else', false);
}

function withState(command: Command): Command {
  return withTarget(command).option(
    '--state <file>',
    'where it is noted what is stored (default: .viva-sync.json in the folder)',
  );
}

async function upload(folder: string, flags: Flags & { readonly dryRun: boolean }): Promise<void> {
  const files = await filesIn(folder, flags);
  let done = 0;
  const all = await uploadFiles(files, {
    target: await targetOf(flags),
    isDry: flags.dryRun,
    onFile: ({ source, bytes, isNew }) => {
      done += 1;
      if (isNew) say(flags, `${done} of ${files.length}  ${source} (${megabytes(bytes)})`);
    },
  });
  const fresh = all.filter(({ isNew }) => isNew);
  const bytes = fresh.reduce((sum, one) => sum + one.bytes, 0);
  const result = { files: all.length, uploaded: fresh.length, bytes, dryRun: flags.dryRun };
  print(flags.json, result, () => {
    const verb = flags.dryRun ? 'would be uploaded' : 'uploaded';
    return `${fresh.length} of ${all.length} files ${verb} (${megabytes(bytes)}); the others are stored already.`;
  });
}

async function sync(folder: string, flags: SyncFlags): Promise<void> {
  const bytes = await look(folder, flags, await targetOf(flags));
  print(flags.json, { bytes }, () => `${megabytes(bytes)} stored.`);
}

async function watch(folder: string, flags: SyncFlags): Promise<void> {
  if (!(flags.every > 0))
    throw new CannotStart(`--every ${flags.every} is no time between looks: give seconds above 0.`);
  const target = await targetOf(flags);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      ending.abort();
    });
  let bytes = 0;
  while (!ending.signal.aborted) {
    try {
      bytes += await look(folder, flags, target);
    } catch (error) {
      if (error instanceof CannotStart) throw error;
      // the bucket is away for a while: what is not stored is stored later
      say(flags, paint('red', `not stored: ${String(error)}`, process.stderr));
    }
    await sleep(flags.every * 1000, undefined, { signal: ending.signal }).catch(() => undefined);
  }
  print(flags.json, { bytes }, () => `${megabytes(bytes)} stored in all.`);
}

async function look(folder: string, flags: SyncFlags, target: Target): Promise<number> {
  const file = flags.state ?? join(resolve(folder), '.viva-sync.json');
  const state = await readSyncState(file);
  return syncFiles(await filesIn(folder, flags), {
    target,
    state,
    save: () => writeSyncState(file, state),
    onBatch: (source, bytes) => {
      say(flags, `${source}: ${bytes} bytes`);
    },
  });
}

async function filesIn(folder: string, { prefix }: Flags): Promise<readonly LogFile[]> {
  const files = await logFilesIn(folder);
  return files.map(({ path, source }) => ({ path, source: `${prefix}${source}` }));
}

async function targetOf({ dir, bucket, agent }: Flags): Promise<Target> {
  if (bucket !== undefined) return { objects: new S3Objects(new S3Client(), bucket), agent };
  const { clients } = await economyAt(dir);
  return { objects: clients.objects, agent };
}

function say({ json }: Flags, line: string): void {
  if (!json) console.error(line);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
