import { relative, resolve, sep } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { CannotStart, explain } from '../local/cloud/cannot-start.ts';
import { makeFolder } from '../local/cloud/make-folder.ts';
import { logFilesIn } from '../local/economy/uploads.ts';
import { fail, print, table } from './output.ts';
import { plain } from './words.ts';

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
    .argument('<folder>', 'folder with logs of any format, gzip and zstd too')
    .requiredOption('--out <folder>', 'where the collection is written')
    .option('--zone <iana>', 'zone of wall clocks in the logs', zone, 'UTC')
    .option('--json', 'print counts and corpus hash as one JSON value', false)
    .action((folder: string, options: Options) => collect(folder, options).catch(fail));
}

async function collect(folder: string, { out, zone, json }: Options): Promise<void> {
  if (isBelow(out, folder))
    throw new CannotStart(
      `--out ${out} lies in the folder of the logs, where it would be read as logs the next time: name another one.`,
    );
  await logFilesIn(folder, (name) => {
    if (!json) console.error(`passed over: ${plain(name)}`);
  });
  await makeFolder(out);
  // loaded when needed: the other commands start without it
  const { collectFolder } = await import('#adapters/logs/collect-folder.ts');
  const gathered = await collectFolder(folder, out, zone).catch((error: unknown) => {
    throw explain(error, pathIn(error) ?? out);
  });
  print(json, gathered, () => {
    const { counts, ...rest } = gathered;
    const rows = Object.entries({ ...rest, ...counts });
    return table(
      ['what', 'how much'],
      rows.map(([name, value]) => [name, `${value}`]),
    );
  });
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** The file that the system's error is about. */
function pathIn(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error ? String(error.path) : undefined;
}

function zone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError(`${name} should be an IANA zone, like America/Bogota.`);
  }
}
