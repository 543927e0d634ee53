import { setTimeout as sleep } from 'node:timers/promises';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoCounters } from '#adapters/dynamodb/market/counters.ts';
import { SwarmBucket } from '#adapters/dynamodb/swarm-bucket.ts';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { NETWORKS } from '#contract/networks.ts';
import { ask, openRoom, type Room, signerOf } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

/** How much faster than real time the clock of market and swarm runs. */
const SPEED = 40;
const FIVE_MINUTES = 300_000;

let room: Room;
let began: number;
const virtual = () => new Date(began + (Date.now() - began) * SPEED);

beforeAll(async () => {
  began = Date.now();
  const paper = new PaperEscrow();
  room = await openRoom(
    { chain: paper, facilitator: paper },
    {
      now: virtual,
      countersOf: (dynamo, table) => new DynamoCounters(dynamo, { table, now: virtual }),
    },
  );
});
afterAll(async () => {
  await room.close();
  expect(room.broken).toEqual([]);
});

function agent() {
  const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.local);
  const seen: number[] = [];
  const market = new EmMarket({
    url: room.url,
    signer: signerOf(wallet),
    now: virtual,
    network: 'base-sepolia',
    pacer: new SwarmBucket(room.dynamo, {
      table: room.table,
      now: virtual,
      sleep: (ms) => sleep(ms / SPEED),
      random: Math.random,
    }),
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      seen.push(response.status);
      return response;
    },
  });
  return { market, seen };
}

describe("a swarm in a market with Execution Market's limits", () => {
  it('of 24 agents beating at once never sees ten 429s within five minutes', async () => {
    const agents = Array.from({ length: 24 }, agent);
    const until = virtual().getTime() + FIVE_MINUTES;
    let held = 0;
    const beats = agents.map(async ({ market }) => {
      while (virtual().getTime() < until) {
        const answer = await market.available({ skill: 'raw_logs', limit: 10 });
        if (answer.ok) continue;
        expect(answer.error.kind).toBe('limited');
        held += 1;
        // what a beat does: it ends, and the next one comes some time later
        await sleep((answer.error.retryAfterMs ?? 0) / SPEED);
      }
    });
    await Promise.all(beats);
    const all = agents.flatMap(({ seen }) => seen);
    const limited = all.filter((status) => status === 429).length;
    process.stdout.write(
      `swarm: ${all.length} requests, ${limited} of them 429, ${held} held back\n`,
    );
    expect(limited).toBeLessThan(10);
    expect(all.filter((status) => status === 403)).toEqual([]);
    // it does not win by doing nothing: a machine with nothing else to do gets through 250 and more
    expect(all.length).toBeGreaterThan(100);
    // every agent had its turns
    expect(Math.min(...agents.map(({ seen }) => seen.length))).toBeGreaterThan(0);
  }, 30_000);

  it('that is told to wait waits, all of it', async () => {
    const { market } = agent();
    const other = new SwarmBucket(room.dynamo, {
      table: room.table,
      now: virtual,
      sleep: () => Promise.resolve(),
      random: () => 0,
    });
    await other.hold(10 * 60_000);
    const answer = await market.available({ skill: 'raw_logs', limit: 10 });
    expect(answer).toMatchObject({ ok: false, error: { kind: 'limited', status: 0 } });
    expect(answer.ok ? 0 : answer.error.retryAfterMs).toBeGreaterThan(8 * 60_000);
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
