import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import * as z from 'zod';
import { CREDENTIALS } from '../local/cloud/aws.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { makeFolder } from '../local/cloud/make-folder.ts';
import { startEconomy } from '../local/economy/economy.ts';
import { DEFAULT_PORT_BASE, portsFrom } from '../local/economy/ports.ts';
import { isFolder } from '../local/economy/uploads.ts';
import { fillObjects, saveObjects } from '../stage/backup/objects.ts';
import { fillTable, saveTable } from '../stage/backup/tables.ts';
import { tellLocked } from '../stage/drain.ts';
import { whileQuiet } from '../stage/quiet.ts';
import { type Place, refuseOtherChain, type Site, siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { portBase, wholeNumber } from './options.ts';
import { fail, paint, print } from './output.ts';

const BECAUSE = 'a backup is being taken';

/** `backup.json`: written last, so that a backup without it is none. */
const Backup = z.object({
  v: z.literal(2),
  stage: z.string(),
  at: z.string(),
  economy: z.int(),
  market: z.int(),
  objects: z.int(),
});
export type Backup = z.infer<typeof Backup>;

interface SaveFlags extends StageFlags {
  readonly out: string;
  /** Seconds. */
  readonly patience: number;
}

interface FillFlags extends StageFlags {
  readonly from: string;
  readonly portBase: number;
  readonly dryRun: boolean;
}

export function addBackup(program: Command): void {
  withStage(program.command('backup'))
    .description(
      'Both tables and the data bucket of a stage into a new folder. Spending halts until no money is on its way and the tables are read. No key goes with it.',
    )
    .requiredOption('--out <folder>', 'a folder that is not there yet')
    .option('--patience <seconds>', 'how long money may take to arrive', wholeNumber, 300)
    .action((flags: SaveFlags) => save(flags).catch(fail));
}

export function addRestore(program: Command): void {
  withStage(program.command('restore'))
    .description(
      'Puts a backup into a stage; what is there stays. The local stage must not run: its folder is filled, then `npm start` goes on with it.',
    )
    .requiredOption('--from <folder>', 'what `viva backup` has written')
    .option('--port-base <port>', 'local stage: first of ten ports', portBase, DEFAULT_PORT_BASE)
    .option('--dry-run', 'say what the backup holds; put nothing', false)
    .action((flags: FillFlags) => restore(flags).catch(fail));
}

async function save(flags: SaveFlags): Promise<void> {
  const out = resolve(flags.out);
  if (await isFolder(out))
    throw new CannotStart(
      `${out} is there already: name a new folder, so that no two backups mix.`,
    );
  const site = await siteOf(flags);
  await refuseOtherChain(site);
  // the local chain lives in the state folder; any other outlives all of this
  const chainDir = site.connection && join(resolve(flags.dir), 'chain');
  const done = await saveAll(site, out, { ...flags, chainDir });
  print(flags.json, done, () => `${told(done)} are in ${out}.`);
}

/** @returns what was saved, as `backup.json` says it. @throws CannotStart when money stays on its way, and nothing was saved */
export async function saveAll(
  site: Site,
  out: string,
  { patience, chainDir }: { readonly patience: number; readonly chainDir?: string | undefined },
): Promise<Backup> {
  const { economyTable, marketTable, dataBucket } = await site.place();
  const quiet = { because: BECAUSE, patienceMs: patience * 1000, onLocked: tellLocked };
  const tables = await whileQuiet(site, quiet, async (signal) => {
    await makeFolder(out, 0o700);
    // first: what strangers may do meanwhile is then in the books before it is on the chain, as it always is
    if (chainDir !== undefined) await cp(chainDir, join(out, 'chain'), { recursive: true });
    const save = (table: string, name: string) =>
      saveTable(site.dynamo, table, { path: join(out, name), halt: BECAUSE, signal });
    const economy = await save(economyTable, 'economy.ndjson');
    return { economy, market: await save(marketTable, 'market.ndjson') };
  });
  const done: Backup = {
    v: 2,
    stage: site.stage.name,
    at: new Date().toISOString(),
    ...tables,
    // afterwards, for they outlive what names them: nothing is deleted before it has been unnamed for days
    objects: await saveObjects(site.s3, dataBucket, out),
  };
  await writeFile(join(out, 'backup.json'), JSON.stringify(done));
  return done;
}

async function restore(flags: FillFlags): Promise<void> {
  const from = resolve(flags.from);
  const backup = await readBackup(from);
  if (backup.stage !== flags.stage)
    throw new CannotStart(`${from} is a backup of stage ${backup.stage}, not of ${flags.stage}.`);
  if (flags.dryRun) {
    print(flags.json, backup, () => `${told(backup)} would be put back where they are not.`);
    return;
  }
  const put = await (flags.stage === 'local' ? fillLocal(flags, from) : fillSite(flags, from));
  print(flags.json, put, () => paint('green', `${told(put)} were put back.`));
}

async function fillSite(flags: FillFlags, from: string) {
  const site = await siteOf(flags);
  return fillAll(site, await site.place(), from);
}

/** The local cloud without its schedules: nobody beats while it is filled. */
async function fillLocal({ dir, portBase: base }: FillFlags, from: string) {
  if (!(await isFolder(join(resolve(dir), 'chain'))))
    await cp(join(from, 'chain'), join(resolve(dir), 'chain'), { recursive: true });
  const economy = await startEconomy({
    dir,
    isFresh: false,
    ports: portsFrom(base),
    speed: 1,
    onLog: () => undefined,
    onIrcLine: () => undefined,
  });
  try {
    const { endpoints, region } = economy.connection;
    const client = (endpoint: string) => ({ endpoint, region, credentials: CREDENTIALS });
    const dynamo = new DynamoDBClient(client(endpoints.dynamodb));
    const s3 = new S3Client(client(endpoints.s3));
    return await fillAll({ dynamo, s3 }, economy.connection, from);
  } finally {
    await economy.stop();
  }
}

/** @returns how much was put; twice puts nothing more */
export async function fillAll(
  { dynamo, s3 }: { readonly dynamo: Pick<DynamoDBClient, 'send'>; readonly s3: S3Client },
  { economyTable, marketTable, dataBucket }: Place,
  from: string,
) {
  // tables first: a log that is put back wakes agents, and one that woke without its books would open new ones
  const economy = await fillTable(dynamo, economyTable, join(from, 'economy.ndjson'));
  const market = await fillTable(dynamo, marketTable, join(from, 'market.ndjson'));
  const objects = await fillObjects(s3, dataBucket, from);
  return { economy, market, objects };
}

async function readBackup(from: string): Promise<Backup> {
  try {
    return Backup.parse(JSON.parse(await readFile(join(from, 'backup.json'), 'utf8')));
  } catch (cause) {
    throw new CannotStart(
      `${from} holds no finished backup: name a folder that \`viva backup\` wrote.`,
      { cause },
    );
  }
}

function told({
  economy,
  market,
  objects,
}: Pick<Backup, 'economy' | 'market' | 'objects'>): string {
  return `${economy} items of table economy, ${market} of table market and ${objects} objects`;
}
