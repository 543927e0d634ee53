import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { print, table } from './output.ts';

interface Options {
  readonly out: string;
  readonly zone: string;
  readonly json: boolean;
}

/** `viva logs collect DIR`: the collector's engine on a local folder, without any cloud. */
export function addLogsCollect(logs: Command): void {
  logs
    .command('collect')
    .description('Collects the logs in a folder into day segments, with a manifest and statistics.')
    .argument('<dir>', 'folder with logs of any format, gzip and zstd too', folder)
    .requiredOption('--out <folder>', 'where the collection is written')
    .option('--zone <iana>', 'zone of wall clocks in the logs', zone, 'UTC')
    .option('--json', 'prints counts and corpus hash as JSON', false)
    .action(async (dir: string, options: Options) => {
      // loaded when needed: the other commands start without it
      const { collectFolder } = await import('#adapters/logs/collect-folder.ts');
      const gathered = await collectFolder(dir, options.out, options.zone);
      print(options.json, gathered, () => {
        const { counts, ...rest } = gathered;
        const rows = Object.entries({ ...rest, ...counts });
        return table(
          ['what', 'how much'],
          rows.map(([name, value]) => [name, `${value}`]),
        );
      });
    });
}

function folder(path: string): string {
  if (!existsSync(path)) throw new InvalidArgumentError(`${path} does not exist.`);
  return path;
}

function zone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError(`${name} should be an IANA zone, like America/Bogota.`);
  }
}
