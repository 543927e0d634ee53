import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { signRequest } from '#adapters/erc8128/sign.ts';
import { useFloor } from '../../support/market-floor.ts';
import { ask, openRoom, type Room, signerOf, trader } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

const use = useFloor();
const uuid = '11111111-2222-4333-8444-555555555555';
const newTask = {
  title: '[KK Request] Raw logs',
  instructions: 'Deliver the raw chat log bundle as JSON.',
  category: 'data_processing',
  bounty_usd: 0.05,
  deadline_hours: 24,
  evidence_required: ['json_response'],
  target_executor: 'agent',
  payment_network: 'base-sepolia',
};
const post = (path: string, body: unknown = {}) => ({
  method: 'POST',
  path: `/api/v1${path}`,
  body,
});

describe('signatures', () => {
  it.each([
    post('/tasks', newTask),
    post(`/tasks/${uuid}/assign`),
    post(`/tasks/${uuid}/apply`),
    post(`/submissions/${uuid}/approve`),
    post('/reputation/workers/rate'),
  ])('are asked for by $path', async (request) => {
    expect(await ask(use.floor.room, request)).toMatchObject({
      status: 401,
      json: { detail: 'Authentication required — provide ERC-8128 signature or Bearer token' },
    });
  });

  it('are taken once', async () => {
    const { room, buyer } = use.floor;
    const url = `${room.url}/api/v1/tasks`;
    const headers = await signRequest({ method: 'GET', url }, signerOf(buyer.wallet), {
      now: Math.floor(Date.now() / 1000),
    });
    expect((await fetch(url, { headers })).status).toBe(200);
    const again = await fetch(url, { headers });
    expect(again.status).toBe(401);
    expect(again.headers.get('www-authenticate')).toBe('ERC8128 realm="execution-market"');
    expect(await again.json()).toEqual({ detail: 'ERC-8128 verification failed: replay' });
  });

  it.each([
    { what: 'another body', body: { ...newTask, bounty_usd: 50 }, reason: 'digest_mismatch' },
    { what: 'another path', path: `/api/v1/tasks/${uuid}/cancel`, reason: 'bad_signature' },
  ])('do not cover $what', async ({ body = newTask, path = '/api/v1/tasks', reason }) => {
    const { room, buyer } = use.floor;
    const url = `${room.url}/api/v1/tasks`;
    const request = { method: 'POST', url, body: JSON.stringify(newTask) };
    const headers = await signRequest(request, signerOf(buyer.wallet), {
      now: Math.floor(Date.now() / 1000),
    });
    const sent = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${room.url}${path}`, sent);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ detail: `ERC-8128 verification failed: ${reason}` });
  });
});

describe('what it refuses', () => {
  const error = (field: string, type: string) => ({
    status: 422,
    json: {
      detail: 'Validation error',
      errors: expect.arrayContaining([expect.objectContaining({ field, type })]) as unknown,
    },
  });

  it.each([
    [{ target_executor_type: 'agent' }, 'target_executor_type', 'extra_forbidden'],
    [{ title: 'abc' }, 'title', 'string_too_short'],
    [{ title: undefined }, 'title', 'missing'],
    [{ bounty_usd: 'much' }, 'bounty_usd', 'number_type'],
    [{ bounty_usd: 0 }, 'bounty_usd', 'greater_than'],
    [{ deadline_hours: 721 }, 'deadline_hours', 'less_than_equal'],
    [{ category: 'gardening' }, 'category', 'enum'],
    [{ evidence_required: [] }, 'evidence_required', 'too_short'],
    [{ evidence_required: ['json'] }, 'evidence_required.0', 'enum'],
  ])('a task with %o is 422', async (over, field, type) => {
    const { room, buyer } = use.floor;
    const answer = await ask(room, { ...post('/tasks', { ...newTask, ...over }), by: buyer });
    expect(answer).toMatchObject(error(`body.${field}`, type));
  });

  it('in the words of pydantic', async () => {
    const { room, buyer } = use.floor;
    const body = { ...newTask, title: 'abc', bounty_usd: 0, deadline_hours: 0, tip: 1 };
    expect((await ask(room, { ...post('/tasks', body), by: buyer })).json).toEqual({
      detail: 'Validation error',
      errors: [
        ['title', 'String should have at least 5 characters', 'string_too_short'],
        ['bounty_usd', 'Input should be greater than 0', 'greater_than'],
        ['deadline_hours', 'Input should be greater than or equal to 1', 'greater_than_equal'],
        ['tip', 'Extra inputs are not permitted', 'extra_forbidden'],
      ].map(([field, message, type]) => ({ field: `body.${field}`, message, type })),
    });
  });

  it.each([
    [{ bounty_usd: 0.005 }, 'Bounty $0.005 is below minimum $0.01'],
    [{ bounty_usd: 100.01 }, 'Bounty $100.01 is above maximum $100'],
    [{ payment_network: 'base' }, "Network 'base' is not supported; use 'base-sepolia'"],
    [{ payment_token: 'EURC' }, "Token 'EURC' is not supported; use 'USDC'"],
  ])('a task with %o is 400', async (over, detail) => {
    const { room, buyer } = use.floor;
    const answer = await ask(room, { ...post('/tasks', { ...newTask, ...over }), by: buyer });
    expect(answer).toMatchObject({ status: 400, json: { detail } });
  });

  it('an executor id in upper case, broken JSON, a body too large, a bad query', async () => {
    const { room, buyer } = use.floor;
    const upper = { executor_id: 'AAAAAAAA-2222-4333-8444-555555555555' };
    expect(await ask(room, { ...post(`/tasks/${uuid}/apply`, upper), by: buyer })).toMatchObject(
      error('body.executor_id', 'string_pattern_mismatch'),
    );
    expect(await ask(room, { ...post('/tasks', '{"title":'), by: buyer })).toMatchObject(
      error('body', 'json_invalid'),
    );
    const large = { executor_id: uuid, evidence: { json_response: 'x'.repeat(300_000) } };
    expect(await ask(room, { ...post(`/tasks/${uuid}/submit`, large), by: buyer })).toMatchObject({
      status: 413,
    });
    expect(await ask(room, { path: '/api/v1/tasks/available?limit=101' })).toMatchObject(
      error('query.limit', 'less_than_equal'),
    );
    expect(await ask(room, { path: '/api/v1/tasks/UPPER' })).toMatchObject(
      error('path.id', 'string_pattern_mismatch'),
    );
  });

  it('a rating by the name that the old client gave its worker, and off the scale', async () => {
    const { room, buyer, seller } = use.floor;
    const rate = post('/reputation/workers/rate', {
      ...{ task_id: uuid, score: 101, worker_wallet: seller.address },
    });
    const answer = await ask(room, { ...rate, by: buyer });
    expect(answer).toMatchObject(error('body.worker_wallet', 'extra_forbidden'));
    expect(answer).toMatchObject(error('body.score', 'less_than_equal'));
  });

  it('unknown things with 404, old doors with 410', async () => {
    const { room, buyer } = use.floor;
    expect(await ask(room, { path: '/api/v1/nothing' })).toMatchObject({ status: 404 });
    expect(await ask(room, { path: `/api/v1/tasks/${uuid}` })).toMatchObject({
      status: 404,
      json: { detail: 'Task not found' },
    });
    const approve = post(`/submissions/${uuid}/approve`, {});
    expect(await ask(room, { ...approve, by: buyer })).toMatchObject({ status: 404 });
    expect(await ask(room, post('/tasks/apply'))).toMatchObject({ status: 410 });
    expect(await ask(room, post('/tasks/batch'))).toMatchObject({ status: 503 });
  });

  it("an application to one's own task, or in another's name", async () => {
    const { room, buyer, seller, executorId } = use.floor;
    const task = await use.floor.publish();
    const { json } = await ask(room, post('/workers/register', { wallet_address: buyer.address }));
    const own = z.object({ data: z.object({ executor_id: z.string() }) }).parse(json);
    const path = `/tasks/${task.id}/apply`;
    const asked = { ...post(path, { executor_id: own.data.executor_id }), by: buyer };
    expect(await ask(room, asked)).toMatchObject({
      status: 403,
      json: { detail: 'Cannot apply to your own task' },
    });
    expect(
      await ask(room, { ...post(path, { executor_id: executorId }), by: trader(room) }),
    ).toMatchObject({
      status: 403,
      json: { detail: 'Executor ID in request does not match authenticated identity' },
    });
    const apply = { ...post(path, { executor_id: executorId }), by: seller };
    expect(await ask(room, apply)).toMatchObject({ status: 200 });
    expect(await ask(room, apply)).toMatchObject({
      status: 409,
      json: { detail: 'Already applied to this task' },
    });
  });

  it('work without its evidence, and readers without a part in it', async () => {
    const { room, seller, executorId } = use.floor;
    const task = await use.floor.assigned();
    const body = { executor_id: executorId, evidence: { text_response: 'trust me' } };
    expect(
      await ask(room, { ...post(`/tasks/${task.id}/submit`, body), by: seller }),
    ).toMatchObject({
      status: 400,
      json: { detail: 'Missing required evidence: json_response' },
    });
    const path = `/api/v1/tasks/${task.id}`;
    expect(await ask(room, { path })).toMatchObject({ status: 403 });
    expect(await ask(room, { path, by: trader(room) })).toMatchObject({ status: 403 });
    expect(await ask(room, { path, by: seller })).toMatchObject({ status: 200 });
  });

  it('to approve what it could not pay, with a reference', async () => {
    const { room, escrow, buyer } = use.floor;
    const { submissionId } = await use.floor.submitted();
    escrow.fail = 'refuse';
    const answer = await ask(room, { ...post(`/submissions/${submissionId}/approve`), by: buyer });
    escrow.fail = undefined;
    expect(answer.status).toBe(502);
    expect(answer.json).toEqual({
      detail: expect.stringMatching(
        /^Could not settle payment before approval \(ref: [0-9a-f]{8}\)$/,
      ) as unknown,
    });
  });
});

describe("EM's switch", () => {
  let room: Room;
  beforeAll(async () => {
    const escrow = new PaperEscrow();
    room = await openRoom({ chain: escrow, facilitator: escrow }, { requireWorkerAuth: true });
  });
  afterAll(() => room.close());

  it.each([
    post(`/tasks/${uuid}/apply`),
    post(`/tasks/${uuid}/submit`),
    post('/reputation/agents/rate'),
    { path: `/api/v1/submissions/${uuid}` },
    { path: `/api/v1/workers/tasks/${uuid}/my-submission` },
  ])('shuts $path to signatures', async (request) => {
    expect(await ask(room, { ...request, by: trader(room) })).toMatchObject({
      status: 401,
      json: { detail: 'Authorization header required (Bearer <supabase_jwt>)' },
    });
  });
});
