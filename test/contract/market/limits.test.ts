import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoCounters } from '#adapters/dynamodb/market/counters.ts';
import { SPREAD_MS, SwarmBucket } from '#adapters/dynamodb/swarm-bucket.ts';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { marketKey } from '#contract/keys.ts';
import { NETWORKS } from '#contract/networks.ts';
import { EM_LIMITS, windowOf } from '#core/exchange/limits.ts';
import { ask, openRoom, type Room, signerOf } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';
import { SLICE_MS, VirtualTime } from '../../support/virtual-time.ts';

const MINUTE = 60_000;
const FIVE_MINUTES = 5 * MINUTE;
/** As the tests come to it. */
const OUR_ADDRESS = '127.0.0.1';

interface Sent {
  readonly from: number;
  readonly to: number;
  readonly status: number;
  /** Of a 429. */
  readonly wait: number;
  /** Its answer never arrived: nobody can know what it said. */
  readonly isLost: boolean;
}

/** A market with Execution Market's limits, and a swarm of agents that all live in the same virtual time. */
async function openSwarm(size: number) {
  const time = new VirtualTime();
  const paper = new PaperEscrow();
  const room = await openRoom(
    { chain: paper, facilitator: paper },
    {
      now: time.now,
      countersOf: (dynamo, table) => new DynamoCounters(dynamo, { table, now: time.now }),
    },
  );
  const sent: Sent[] = [];
  const agents = Array.from({ length: size }, () => agentOf(room, time, sent));
  return { time, room, sent, agents };
}

function agentOf(room: Room, time: VirtualTime, sent: Sent[]) {
  const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.local);
  return new EmMarket({
    url: room.url,
    signer: signerOf(wallet),
    now: time.now,
    network: 'base-sepolia',
    pacer: new SwarmBucket(room.dynamo, {
      table: room.table,
      now: time.now,
      sleep: time.sleep,
      random: Math.random,
    }),
    fetch: async (url, init) => {
      const from = time.now().getTime();
      await time.sleep(Math.random() * 800);
      const response = await fetch(url, init);
      await time.sleep(Math.random() * 800);
      const wait = 1000 * Number(response.headers.get('retry-after') ?? 0);
      const isLost = Math.random() < 0.01;
      sent.push({ from, to: time.now().getTime(), status: response.status, wait, isLost });
      if (isLost) throw new TypeError('fetch failed');
      return response;
    },
  });
}

/** Beats as fast as it is let, until then. */
async function beat(market: EmMarket, time: VirtualTime, until: number): Promise<void> {
  while (time.now().getTime() < until) {
    const answer = await market.available({ skill: 'raw_logs', limit: 10 });
    const wait = answer.ok ? 0 : (answer.error.retryAfterMs ?? MINUTE);
    // what a beat does: it ends, and the next one comes some time later
    await time.sleep(answer.ok ? 100 : wait + 5_000 * Math.random());
  }
}

/** The most of these moments that any five minutes hold. */
function mostInFiveMinutes(moments: readonly number[]): number {
  return Math.max(
    0,
    ...moments.map((at) => moments.filter((one) => one >= at && one < at + FIVE_MINUTES).length),
  );
}

describe("a swarm of 24 agents in a market with Execution Market's limits", () => {
  let swarm: Awaited<ReturnType<typeof openSwarm>>;
  beforeEach(async () => {
    swarm = await openSwarm(24);
  });
  afterEach(async () => {
    await swarm.room.close();
    expect(swarm.room.broken).toEqual([]);
  });

  it('is never refused while it is alone, and uses what it is allowed', async () => {
    const { time, agents, sent } = swarm;
    const until = time.now().getTime() + 2 * MINUTE;
    await time.run(agents.map((market) => () => beat(market, time, until)));
    process.stdout.write(`swarm alone: ${sent.length} requests in two minutes\n`);
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]));
    expect(sent.length).toBeGreaterThan(75);
  }, 60_000);

  it('is never refused ten times in five minutes, even when a neighbour uses the limit up', async () => {
    const { time, agents, sent, room } = swarm;
    const until = time.now().getTime() + 6 * MINUTE;
    /** Nearly all of each minute's requests at its beginning, as another of the same address would send them. */
    const neighbour = async () => {
      for (let at = time.now(); at.getTime() < until; at = time.now()) {
        const { index } = windowOf(EM_LIMITS.ip, at);
        await room.dynamo.send(
          new UpdateCommand({
            TableName: room.table,
            Key: marketKey.counter(`${EM_LIMITS.ip.name}#${OUR_ADDRESS}`, index),
            UpdateExpression: 'ADD seen :many',
            ExpressionAttributeValues: { ':many': EM_LIMITS.ip.most - 5 },
          }),
        );
        await time.sleep(MINUTE - (at.getTime() % MINUTE));
      }
    };
    await time.run([neighbour, ...agents.map((market) => () => beat(market, time, until))]);
    const refused = sent.filter(({ status }) => status === 429);
    const most = mostInFiveMinutes(refused.map(({ to }) => to));
    process.stdout.write(
      `swarm with a neighbour: ${sent.length} requests, ${refused.length} of them 429, at most ${most} in five minutes\n`,
    );
    expect(sent.filter(({ status }) => status === 403)).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(refused.length);
    expect(most).toBeLessThan(10);
    for (const { to, wait } of refused.filter(({ isLost }) => !isLost)) {
      const heard = to + SPREAD_MS + SLICE_MS;
      expect(sent.filter(({ from }) => from > heard && from < to + wait)).toEqual([]);
    }
  }, 60_000);

  it('that is told to wait waits, all of it', async () => {
    const { room, agents, time } = swarm;
    const bucket = { table: room.table, now: time.now, sleep: () => Promise.resolve() };
    const other = new SwarmBucket(room.dynamo, { ...bucket, random: () => 0 });
    const turn = await other.turn();
    if (typeof turn === 'number') throw new Error('no turn');
    await turn.refused(10 * MINUTE);
    const answer = await agents[0]!.available({ skill: 'raw_logs', limit: 10 });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'limited', status: 0 } });
    expect(answer.ok ? 0 : answer.error.retryAfterMs).toBe(10 * MINUTE);
  });
});

describe('who asks without pause', () => {
  const start = new Date();
  let passed = 0;
  let alone: Room;
  beforeAll(async () => {
    const paper = new PaperEscrow();
    const now = () => new Date(start.getTime() + passed);
    alone = await openRoom(
      { chain: paper, facilitator: paper },
      { now, countersOf: (dynamo, table) => new DynamoCounters(dynamo, { table, now }) },
    );
  });
  afterAll(() => alone.close());
  const browse = () => ask(alone, { path: '/api/v1/tasks/available' });

  it('for nonces gets five a minute', async () => {
    const answers = [];
    for (let i = 0; i < 6; i++)
      answers.push(await ask(alone, { path: '/api/v1/auth/erc8128/nonce' }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]?.json).toEqual({ error: 'Rate limit exceeded for nonce generation' });
  });

  it('gets a 429 with the time to wait, and after ten of them a ban that grows', async () => {
    passed += FIVE_MINUTES;
    const statuses: number[] = [];
    for (let i = 0; i < 70; i++) statuses.push((await browse()).status);
    expect(statuses).toEqual([
      ...Array.from({ length: 60 }, () => 200),
      ...Array.from({ length: 10 }, () => 429),
    ]);
    const banned = await browse();
    expect(banned).toMatchObject({
      status: 403,
      json: { error: 'Temporarily banned due to excessive requests' },
    });
    passed += 2 * 3_600_000 + 1000;
    expect((await browse()).status).toBe(200);
    for (let i = 0; i < 59; i++) await browse();
    const limited = await browse();
    expect(limited).toMatchObject({ status: 429, json: { error: 'rate_limit_exceeded' } });
    const { retry_after: wait } = limited.json as { retry_after: number };
    expect(wait).toBeGreaterThan(0);
    expect(limited.headers.get('retry-after')).toBe(String(wait));
    expect(limited.headers.get('x-ratelimit-type')).toBe('ip');
    for (let i = 0; i < 9; i++) await browse();
    passed += 2 * 3_600_000 + 1000;
    expect((await browse()).status).toBe(403);
  });
});
