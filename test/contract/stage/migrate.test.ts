import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { migrateTable } from '../../../scripts/stage/migrate/migrate.ts';
import { MIGRATIONS, type Migration } from '../../../scripts/stage/migrate/migrations.ts';
import { migratedText } from '../../../scripts/viva/migrate.ts';

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  dynamo = await startDynamo({ dir: undefined });
  const endpoint = dynamo.url;
  const low = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  await createTable(low, 'economy');
  client = DynamoDBDocumentClient.from(low);
});
afterAll(() => dynamo.close());

const put = (sk: string, more: object) =>
  client.send(new PutCommand({ TableName: 'economy', Item: { pk: 'AGENT#a', sk, ...more } }));
const item = async (sk: string) =>
  (await client.send(new GetCommand({ TableName: 'economy', Key: { pk: 'AGENT#a', sk } }))).Item;
const walk = (migrations: readonly Migration[], isApply = true) =>
  migrateTable(client, { table: 'economy', name: 'economy' }, { migrations, isApply });

const deal = { table: 'economy', keys: /^AGENT#\S+ DEAL#/ } as const;
const split: Migration = {
  ...deal,
  name: 'split the name',
  from: 1,
  change: ({ name }) => {
    if (typeof name !== 'string') throw new Error('it has no name');
    return { set: { names: name.split(' ') }, remove: ['name'] };
  },
};
const counted: Migration = {
  ...deal,
  name: 'count the names',
  from: 2,
  change: ({ names }) => ({ set: { size: (names as string[]).length } }),
};

it('counts first, then takes every item through all versions, and a second time none', async () => {
  const more = { amount: 12345678901234567890n, addedLater: { by: 'newer code' } };
  await put('DEAL#1', { v: 1, name: 'a b', ...more });
  await put('DEAL#2', { v: 2, names: ['c'] });
  await put('DEAL#3', { v: 1 });
  await put('LEASE', { fence: 7 });
  const all = [counted, split];

  const plan = await walk(all, false);
  expect(await item('DEAL#1')).toMatchObject({ v: 1, name: 'a b' });
  const done = await walk(all);
  const again = await walk(all);

  expect(plan.steps).toEqual({ 'split the name': 1, 'count the names': 2 });
  expect(done).toEqual(plan);
  expect(done.versions).toEqual({ 1: 2, 2: 1, none: 1 });
  expect(done.left).toEqual(['AGENT#a DEAL#3: it has no name']);
  expect(again.steps).toEqual({});
  expect(await item('DEAL#1')).toEqual({
    ...{ pk: 'AGENT#a', sk: 'DEAL#1', v: 3, names: ['a', 'b'], size: 2, ...more },
  });
  expect(await item('LEASE')).toEqual({ pk: 'AGENT#a', sk: 'LEASE', fence: 7 });
  const text = migratedText({ stage: 'test', applied: false, tables: [plan] });
  expect(text).toContain('split the name: 1 due');
  expect(text).toContain('Nothing was written: add --apply.');
});

it('reads an item again that somebody changed meanwhile, and loses neither', async () => {
  await put('DEAL#4', { v: 1, name: 'x', state: 'open' });
  let isFirst = true;
  const slow: Migration = { ...split, keys: /DEAL#4$/, change: (was) => split.change(was) };
  const racing = new Proxy(client, {
    get: (target, name) => {
      if (name !== 'send') return Reflect.get(target, name) as unknown;
      return async (command: object) => {
        if (command.constructor.name === 'UpdateCommand' && isFirst) {
          isFirst = false;
          await put('DEAL#4', { v: 1, name: 'x y', state: 'settled' });
        }
        return target.send(command as never);
      };
    },
  });

  const terms = { migrations: [slow], isApply: true };
  await migrateTable(racing, { table: 'economy', name: 'economy' }, terms);

  expect(await item('DEAL#4')).toMatchObject({ v: 2, names: ['x', 'y'], state: 'settled' });
});

it('has no two migrations for one version of an item', () => {
  const named = MIGRATIONS.map(({ table, keys, from }) => `${table} ${keys.source} ${from}`);
  expect(new Set(named).size).toBe(named.length);
});
