import type { Command } from 'commander';
import { migrateTable, type Walked } from '../stage/migrate/migrate.ts';
import { MIGRATIONS } from '../stage/migrate/migrations.ts';
import { siteOf } from '../stage/site.ts';
import { type StageFlags, withStage } from '../stage/stages.ts';
import { fail, paint, print, table } from './output.ts';
import { plain } from './words.ts';

/** Lines about items that were left; the rest is counted. */
const SHOWN = 20;

interface Flags extends StageFlags {
  readonly apply: boolean;
}

/** The contract of `--json`. */
export interface Migrated {
  readonly stage: string;
  readonly applied: boolean;
  readonly tables: readonly Walked[];
}

export function addMigrate(program: Command): void {
  withStage(program.command('migrate'))
    .description(
      'Brings the items of both tables to the versions that this code writes. Without --apply it counts what is due and writes nothing; a second run finds nothing to do.',
    )
    .option('--apply', 'write', false)
    .action((flags: Flags) => migrate(flags).catch(fail));
}

async function migrate(flags: Flags): Promise<void> {
  const { stage, dynamo, place } = await siteOf(flags);
  const { economyTable, marketTable } = await place();
  const terms = { migrations: MIGRATIONS, isApply: flags.apply };
  const tables = [
    await migrateTable(dynamo, { table: economyTable, name: 'economy' }, terms),
    await migrateTable(dynamo, { table: marketTable, name: 'market' }, terms),
  ];
  const done: Migrated = { stage: stage.name, applied: flags.apply, tables };
  if (tables.some(({ left }) => left.length > 0)) process.exitCode = 1;
  print(flags.json, done, () => migratedText(done));
}

/** Pure. */
export function migratedText({ stage, applied, tables }: Migrated): string {
  const rows = tables.map(({ table: name, items, versions }) => [
    name,
    String(items),
    Object.entries(versions)
      .map(([version, count]) => `${version}: ${count}`)
      .join(', '),
  ]);
  const steps = tables.flatMap((one) => Object.entries(one.steps));
  const left = tables.flatMap((one) => one.left);
  const verb = applied ? 'done' : 'due';
  return [
    table(['TABLE', 'ITEMS', 'BY VERSION'], rows),
    '',
    ...steps.map(([name, count]) => `${name}: ${count} ${verb}`),
    ...left.slice(0, SHOWN).map((words) => paint('red', `left as it is: ${plain(words)}`)),
    left.length > SHOWN ? `and ${left.length - SHOWN} more` : '',
    steps.length === 0 ? `Nothing is to be migrated in stage ${stage}.` : '',
    steps.length > 0 && !applied ? 'Nothing was written: add --apply.' : '',
  ]
    .filter((line, at) => line !== '' || at === 1)
    .join('\n');
}
