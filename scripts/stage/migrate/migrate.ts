import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateScan,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Migration } from './migrations.ts';

const Row = z.looseObject({ pk: z.string(), sk: z.string(), v: z.int().optional() });
type Row = z.infer<typeof Row>;

/** How often an item may change under us before it is left for the next run. */
const TRIES = 5;

/** What one walk through a table found; `steps` by migration. */
export interface Walked {
  readonly table: string;
  readonly items: number;
  /** How many items had each version when they were read; `none`: their shape has no versions. */
  readonly versions: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<string, number>>;
  /** One sentence for each item that was left as it is. */
  readonly left: readonly string[];
}

/**
 * Takes every item of a table as far as the migrations go, page by page, each by a write that fails when the item has changed since. A second
 * run finds nothing to do, and one that was cut is gone on with by another.
 */
export async function migrateTable(
  client: DynamoDBDocumentClient,
  { table, name }: { readonly table: string; readonly name: Migration['table'] },
  { migrations, isApply }: MigrateTerms,
): Promise<Walked> {
  const due = migrations.filter((one) => one.table === name);
  let items = 0;
  const versions: Record<string, number> = {};
  const steps: Record<string, number> = {};
  const left: string[] = [];
  const walk = { client, table, due, isApply };
  const scan = paginateScan({ client }, { TableName: table, ConsistentRead: true });
  for await (const { Items = [] } of scan) {
    for (const row of Items.map((item) => Row.parse(item))) {
      items += 1;
      count(versions, String(row.v ?? 'none'));
      const taken = await stepsOf(row, walk).catch((error: unknown) => {
        left.push(`${keyText(row)}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      });
      for (const step of taken) count(steps, step);
    }
  }
  return { table: name, items, versions, steps, left };
}

export interface MigrateTerms {
  readonly migrations: readonly Migration[];
  readonly isApply: boolean;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

interface Walk {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly due: readonly Migration[];
  readonly isApply: boolean;
}

/** The names of the steps that one item took, or would take. */
async function stepsOf(first: Row, walk: Walk): Promise<readonly string[]> {
  const taken: string[] = [];
  let row: Row | undefined = first;
  for (let tries = 0; tries < TRIES; ) {
    const step = row && stepFor(row, walk.due);
    if (row === undefined || step === undefined) return taken;
    const next = changed(row, step);
    if (!walk.isApply || (await isWritten(row, next, walk))) {
      taken.push(step.name);
      row = next;
    } else {
      tries += 1;
      row = await read(row, walk);
    }
  }
  throw new Error('it changes all the time: run it again');
}

function stepFor(row: Row, due: readonly Migration[]): Migration | undefined {
  return due.find(({ keys, from }) => row.v === from && keys.test(keyText(row)));
}

function changed(row: Row, { change, from }: Migration): Row {
  const { set = {}, remove = [] } = change(row);
  const kept = Object.entries(row).filter(([name]) => !remove.includes(name));
  return { ...Object.fromEntries(kept), ...set, pk: row.pk, sk: row.sk, v: from + 1 };
}

/** False when it is no longer as it was read. */
async function isWritten(was: Row, is: Row, { client, table }: Walk): Promise<boolean> {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => name !== 'pk' && name !== 'sk',
  );
  const [set, remove, same]: [string[], string[], string[]] = [[], [], []];
  const values: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const [before, after] = [was[name], is[name]];
    same.push(before === undefined ? `attribute_not_exists(#n${at})` : `#n${at} = :was${at}`);
    if (before !== undefined) values[`:was${at}`] = before;
    if (after === undefined) remove.push(`#n${at}`);
    else if (after !== before) {
      set.push(`#n${at} = :is${at}`);
      values[`:is${at}`] = after;
    }
  }
  const removing = remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '';
  const command = new UpdateCommand({
    TableName: table,
    Key: keyOf(was),
    UpdateExpression: `SET ${set.join(', ')}${removing}`,
    ConditionExpression: same.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#n${at}`, name])),
    ExpressionAttributeValues: values,
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Undefined when it is gone. */
async function read(row: Row, { client, table }: Walk): Promise<Row | undefined> {
  const command = new GetCommand({ TableName: table, Key: keyOf(row), ConsistentRead: true });
  return Row.optional().parse((await client.send(command)).Item);
}

function keyOf({ pk, sk }: Row) {
  return { pk, sk };
}

function keyText({ pk, sk }: Row): string {
  return `${pk} ${sk}`;
}
