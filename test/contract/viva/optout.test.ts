import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { writeConnection } from '../../../scripts/local/economy/connection.ts';
import { addOptOut } from '../../../scripts/viva/optout.ts';

let dir: string;
let dynamo: Awaited<ReturnType<typeof startDynamo>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'viva-optout-'));
  dynamo = await startDynamo({ dir: undefined });
  const client = new DynamoDBClient({
    endpoint: dynamo.url,
    region: REGION,
    credentials: CREDENTIALS,
  });
  await createTable(client, 'economy');
  client.destroy();
  const { url } = dynamo;
  await writeConnection(dir, {
    ...{
      pid: process.pid,
      region: REGION,
      economyTable: 'economy',
      marketTable: 'market',
      dataBucket: 'data',
    },
    endpoints: { dynamodb: url, s3: url, sqs: url, secrets: url, lambda: url },
    ...{ marketUrl: url, storefrontUrl: url, facilitatorUrl: url, rpcUrl: url },
    irc: { host: 'localhost', port: 1 },
  });
});
afterAll(async () => {
  await dynamo.close();
  await rm(dir, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function said(...words: string[]): Promise<unknown> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const program = new Command().exitOverride();
  addOptOut(program);
  await program.parseAsync(['optout', ...words, '--dir', dir, '--json'], { from: 'user' });
  return JSON.parse(String(printed.mock.lastCall?.[0]));
}

describe('viva optout', () => {
  it('adds, lists and removes, each once however often it is asked', async () => {
    expect(await said('add', 'Zoraida[77]')).toEqual({ nick: 'zoraida{77}', isChanged: true });
    expect(await said('add', 'zoraida{77}')).toEqual({ nick: 'zoraida{77}', isChanged: false });
    expect(await said('list')).toEqual({ revision: 1, nicks: ['zoraida{77}'] });
    expect(await said('remove', 'ZORAIDA{77}')).toEqual({ nick: 'zoraida{77}', isChanged: true });
    expect(await said('remove', 'zoraida[77]')).toEqual({ nick: 'zoraida{77}', isChanged: false });
    expect(await said('list')).toEqual({ revision: 2, nicks: [] });
  });

  it('refuses what is no nick', async () => {
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await expect(said('add', 'two words')).rejects.toThrow(
      '"two words" is no nick: give 1 to 64 characters without spaces.',
    );
  });
});
