import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmMarket } from '#adapters/em/em-market.ts';
import { PublicTasks } from '#adapters/em/public-tasks.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { signerOf } from '../../support/market-room.ts';

const id = TaskId.parse('11111111-2222-4333-8444-555555555555');
const now = new Date('2026-01-01T12:00:00Z');
const row = {
  id,
  title: 'Raw logs',
  status: 'published',
  bounty_usd: 0.18,
  agent_id: '0x00000000000000000000000000000000000000B1',
  deadline: '2026-01-02T12:00:00.123456+00:00',
  escrow_tx: 'timeout-verified-onchain',
  key_of_tomorrow: { any: 'thing' },
};

let server: Server;
let answer: RequestListener;
let market: EmMarket;

beforeAll(async () => {
  server = createServer((request, response) => {
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  market = client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function client(url: string, timeoutMs = 10_000): EmMarket {
  const signer = signerOf(new EvmWallet(generatePrivateKey(), NETWORKS.local));
  return new EmMarket({ url, signer, now: () => now, network: 'base', timeoutMs });
}

function answers(status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer = (request, response) => {
    request.resume();
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

describe('a refusal', () => {
  it.each([
    [400, 'invalid'],
    [401, 'unauthorized'],
    [402, 'unpaid'],
    [403, 'forbidden'],
    [404, 'missing'],
    [405, 'invalid'],
    [409, 'conflict'],
    [410, 'missing'],
    [413, 'invalid'],
    [422, 'invalid'],
    [429, 'limited'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])('of %i is "%s"', async (status, kind) => {
    answers(status, { detail: 'because' });
    expect(await market.task(id)).toEqual({
      ok: false,
      error: { kind, status, reason: 'because' },
    });
  });

  it.each([
    [404, 'missing'],
    [500, 'unavailable'],
    [422, 'invalid'],
  ])('in %i is "%s", whatever its words and its path say', async (status, kind) => {
    answers(status, { detail: `409 Conflict: 403, already applied to ${id}, error 429` });
    const known = TaskId.parse('40942940-3409-4409-8409-403409429500');
    expect(await market.task(known)).toMatchObject({ error: { kind, status } });
  });

  it('for want of an identity says so by its code', async () => {
    answers(403, {
      detail: { error: 'identity_required', message: 'Register first', wallet: '0x' },
    });
    expect(await market.task(id)).toMatchObject({ error: { kind: 'unidentified', status: 403 } });
  });

  it('of who asks, not of the task, holds the whole swarm: a ban ends no deal', async () => {
    answers(403, { error: 'Temporarily banned due to excessive requests' });
    expect(await market.task(id)).toMatchObject({
      error: { kind: 'limited', status: 403, retryAfterMs: 2 * 3_600_000 },
    });
    answers(403, { error: 'Temporarily banned' }, { 'retry-after': '60' });
    expect(await market.task(id)).toMatchObject({ error: { retryAfterMs: 60_000 } });
    const { port } = server.address() as AddressInfo;
    expect(await new PublicTasks(`http://127.0.0.1:${port}`).isPublished(id)).toBeUndefined();
  });

  it.each([402, 403, 404, 409, 410])(
    "of %i in a page that is not the market's says nothing of the task",
    async (status) => {
      answers(status, '<html>Access denied</html>');
      expect(await market.task(id)).toMatchObject({ error: { kind: 'unavailable', status } });
      const { port } = server.address() as AddressInfo;
      expect(await new PublicTasks(`http://127.0.0.1:${port}`).isPublished(id)).toBeUndefined();
    },
  );

  it.each([
    [{ 'retry-after': '7' }, {}, 7_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 12:01:00 GMT' }, {}, 60_000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, {}, 0],
    [{}, { retry_after: 3 }, 3_000],
    [{ 'retry-after': 'soon' }, {}, undefined],
  ])('says when to come back: %o %o', async (headers, body, retryAfterMs) => {
    answers(429, { error: 'rate_limit_exceeded', ...body }, { ...headers });
    const answered = await market.task(id);
    expect(answered).toMatchObject({ ok: false, error: { kind: 'limited' } });
    expect(!answered.ok && answered.error.retryAfterMs).toBe(retryAfterMs);
  });

  it('carries the fields of a 422 and the words of an object, cut to 300 characters', async () => {
    const errors = [{ field: 'body.title', message: 'Field required', type: 'missing' }];
    answers(422, { detail: 'Validation error', errors });
    expect(await market.task(id)).toMatchObject({
      error: { reason: 'Validation error: body.title: Field required' },
    });
    answers(403, { detail: { error: 'identity_required', wallet: '0x' } });
    expect(await market.task(id)).toMatchObject({
      error: { reason: '{"error":"identity_required","wallet":"0x"}' },
    });
    answers(400, { detail: 'x'.repeat(1000) });
    const long = await market.task(id);
    expect(!long.ok && long.error.reason).toHaveLength(300);
    answers(500, '<html>');
    expect(await market.task(id)).toMatchObject({ error: { kind: 'unavailable', status: 500 } });
  });
});

describe('what the market would refuse', () => {
  it('is not sent: the fields say why', async () => {
    let requests = 0;
    answer = () => {
      requests += 1;
    };
    const bounty = {
      ...{ title: 'abc', instructions: 'Deliver the raw logs as NDJSON.', bounty: 10_000n },
      ...{ deadlineHours: 721, skills: ['raw_logs'], agentName: 'kk-buyer' },
    };
    expect(await market.publish(bounty, 'key')).toMatchObject({
      ok: false,
      error: {
        ...{ kind: 'invalid', status: 0 },
        fields: [{ field: 'body.title' }, { field: 'body.deadline_hours' }],
      },
    });
    const verdict = { severity: 'major', notes: 'short' } as const;
    expect(await market.reject('s1', verdict)).toMatchObject({
      error: { kind: 'invalid', fields: [{ field: 'body.notes' }] },
    });
    expect(await market.apply(id, { executorId: id, message: 'x'.repeat(501) })).toMatchObject({
      error: { kind: 'invalid', fields: [{ field: 'body.message' }] },
    });
    expect(await market.rateAgent(id, { score: 101, comment: '' })).toMatchObject({
      error: { kind: 'invalid', fields: [{ field: 'body.score' }] },
    });
    expect(requests).toBe(0);
  });
});

describe('no answer', () => {
  const unanswered = { ok: false, error: { kind: 'unavailable', status: 0 } };

  it('within the time, at the port, or through a redirect is "unavailable"', async () => {
    answer = () => undefined;
    const { port } = server.address() as AddressInfo;
    expect(await client(`http://127.0.0.1:${port}`, 300).task(id)).toMatchObject(unanswered);
    answers(307, '', { location: 'http://127.0.0.1:1/' });
    expect(await market.task(id)).toMatchObject(unanswered);
    expect(await client('http://127.0.0.1:1').task(id)).toMatchObject(unanswered);
    expect(await client('http://127.0.0.1:1').isHealthy()).toBe(false);
  });

  it('that is too large, cut off, or not what a task is, is no answer', async () => {
    answers(200, 'x'.repeat(5 * 1024 * 1024));
    expect(await market.task(id)).toMatchObject(unanswered);
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{');
      response.destroy();
    };
    expect(await market.task(id)).toMatchObject(unanswered);
    answers(200, { ...row, status: 'sold' });
    expect(await market.task(id)).toMatchObject({ error: { kind: 'unavailable', status: 200 } });
    answers(200, 'ok');
    expect(await market.task(id)).toMatchObject({ error: { kind: 'unavailable', status: 200 } });
  });
});

describe('an answer', () => {
  it('may have keys of tomorrow and a hash that is none', async () => {
    answers(200, row);
    expect(await market.task(id)).toEqual({
      ok: true,
      value: {
        id,
        title: 'Raw logs',
        instructions: '',
        status: 'published',
        bounty: 180_000n,
        publisher: '0x00000000000000000000000000000000000000b1',
        skills: [],
        deadline: new Date('2026-01-02T12:00:00.123Z'),
        executorId: undefined,
        escrowTx: undefined,
      },
    });
  });

  it('loses the rows that nobody can read, and no others', async () => {
    answers(200, { tasks: [{ id: 'x' }, row, { ...row, agent_id: '2106' }, null] });
    const listed = await market.available({ skill: 'raw_logs', limit: 5 });
    expect(listed.ok && listed.value.map((task) => task.id)).toEqual([id]);
  });

  it('to an approval may lack the hash', async () => {
    answers(200, { success: true, data: { payment_tx: 'timeout-verified-onchain' } });
    expect(await market.approve('s1', { score: 1, notes: '' })).toEqual({
      ok: true,
      value: { releaseTx: undefined },
    });
  });
});
