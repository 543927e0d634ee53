import type { Command } from 'commander';
import { COLLECTOR } from '#contract/roster.ts';
import { type UploadFlags, upload } from './logs/upload.ts';
import { type SyncFlags, sync, watch } from './logs/watch.ts';
import { addLogsCollect } from './logs-collect.ts';
import { agentId, STATE_DIR } from './options.ts';
import { fail } from './output.ts';

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
    .action((folder: string, flags: UploadFlags) => upload(folder, flags).catch(fail));
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
