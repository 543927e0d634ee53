import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoNickLeases } from '#adapters/irc/dynamo-nick-leases.ts';
import { Tenure } from '#adapters/irc/tenure.ts';
import { AgentId } from '#contract/ids.ts';
import type { NickLeases } from '#core/ports/nick-leases.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { until } from './world.ts';

const [LEADER, OTHER] = [AgentId.parse('kk-coordinator'), AgentId.parse('kk-validator')];
const LONG_MS = 600_000;
const SHORT_MS = 400;

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let documents: DynamoDBDocumentClient;

beforeAll(async () => {
  dynamo = await startDynamo({ dir: undefined });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamo.url, region: 'us-east-1', credentials });
  await createTable(client, 'economy');
  documents = DynamoDBDocumentClient.from(client);
});

afterAll(async () => {
  await dynamo.close();
});

/** Leases of one test alone, which may be out of reach for one task. */
function someLeases(): NickLeases & { isAway: boolean } {
  const leases = new DynamoNickLeases(documents, {
    table: 'economy',
    now: Date.now,
  });
  return {
    isAway: false,
    take(...args) {
      return this.isAway ? Promise.reject(new Error('away')) : leases.take(...args);
    },
    free: (...args) => leases.free(...args),
  };
}

/** A task that wants nicks, and what became of it. */
function aTask(
  owner: string,
  told: string[],
  { leases = someLeases(), leaseMs = LONG_MS }: { leases?: NickLeases; leaseMs?: number } = {},
) {
  const end = new AbortController();
  const tenure = new Tenure({
    ...{ agents: [LEADER, OTHER], leases, owner, leaseMs, renewMs: 50 },
    onGained: (agentId) => told.push(`${owner} has ${agentId}`),
    onLost: (agentId) => told.push(`${owner} lost ${agentId}`),
    onEvent: () => undefined,
  });
  const running = tenure.run(end.signal);
  const stop = async (): Promise<void> => {
    end.abort();
    await running;
    await tenure.free();
  };
  return { tenure, stop };
}

/** Whoever has a nick, nobody else has: read from what both told, in its order. */
function holders(told: readonly string[], agentId: string): string[] {
  const held = new Set<string>();
  for (const line of told.filter((each) => each.endsWith(agentId))) {
    const [owner = '', what] = line.split(' ');
    if (what === 'has') held.add(owner);
    else held.delete(owner);
    expect(held.size, told.join('\n')).toBeLessThan(2);
  }
  return [...held];
}

describe('two tasks that want the same nicks', () => {
  it('never hold one both: the second waits, and takes over when the first lets go', async () => {
    const told: string[] = [];
    const first = aTask('first', told);
    await until(() => first.tenure.held === 2);
    const second = aTask('second', told);
    await until(() => second.tenure.isStandby);
    expect(second.tenure.held).toBe(0);
    await first.stop();
    told.push(`first lost ${LEADER}`, `first lost ${OTHER}`);
    await until(() => second.tenure.held === 2);
    expect(second.tenure.isStandby).toBe(false);
    expect(holders(told, LEADER)).toEqual(['second']);
    expect(holders(told, OTHER)).toEqual(['second']);
    await second.stop();
  });

  it('who cannot renew has let go before the other may take over', async () => {
    const told: string[] = [];
    const leases = someLeases();
    const first = aTask('first', told, { leases, leaseMs: SHORT_MS });
    await until(() => told.includes(`first has ${OTHER}`));
    const second = aTask('second', told);
    leases.isAway = true;
    await until(() => second.tenure.held === 2);
    expect(first.tenure.held).toBe(0);
    expect(holders(told, LEADER)).toEqual(['second']);
    expect(holders(told, OTHER)).toEqual(['second']);
    leases.isAway = false;
    await until(() => first.tenure.isStandby);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('a task takes up at once what it held in its last life', async () => {
    const told: string[] = [];
    const leases = someLeases();
    expect(await leases.take(LEADER, { owner: 'same', ms: LONG_MS })).toBe(true);
    const again = aTask('same', told, { leases });
    const stranger = aTask('stranger', told);
    await until(() => again.tenure.held === 2 && stranger.tenure.isStandby);
    expect(holders(told, LEADER)).toEqual(['same']);
    await Promise.all([again.stop(), stranger.stop()]);
  });

  it('nothing is taken any more by who was told to let go', async () => {
    const told: string[] = [];
    const first = aTask('first', told);
    await first.tenure.free();
    await first.stop();
    const second = aTask('second', told);
    await until(() => second.tenure.held === 2);
    expect(first.tenure.held).toBe(0);
    await second.stop();
  });
});
