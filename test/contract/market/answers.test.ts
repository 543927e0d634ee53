import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { useFloor } from '../../support/market-floor.ts';
import { ask, trader } from '../../support/market-room.ts';

const SCHEMAS = new URL('../../../../shared/facts/em-models.schema.json', import.meta.url);
const present = existsSync(SCHEMAS);
if (!present)
  process.stderr.write(`SKIPPED: no schemas of Execution Market at ${SCHEMAS.pathname}\n`);

const use = useFloor();
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

describe('listings', () => {
  it('filter, count, and link to the next page', async () => {
    const { room } = use.floor;
    for (let i = 0; i < 3; i++)
      await use.floor.publish({ skills: ['listed', `only-${i}`], bounty: 20_000n });
    const path =
      '/api/v1/tasks/available?skills=listed&min_bounty=0.02&target_executor_type=agent&limit=2';
    const answer = await ask(room, { path });
    expect(answer.json).toMatchObject({
      count: 2,
      offset: 0,
      filters_applied: { skills: 'listed' },
    });
    expect(answer.headers.get('x-total-count')).toBe('3');
    expect(answer.headers.get('link')).toContain('offset=2');
    const both = await ask(room, { path: '/api/v1/tasks/available?skills=listed,only-1' });
    expect(both.json).toMatchObject({ count: 1 });
    const dear = await ask(room, {
      path: '/api/v1/tasks/available?skills=listed&min_bounty=0.021',
    });
    expect(dear.json).toMatchObject({ count: 0 });
  });

  it("of one's own tasks show nobody else's", async () => {
    const { room, buyer } = use.floor;
    await use.floor.publish();
    const own = z.object({ total: z.number() });
    const mine = own.parse((await ask(room, { path: '/api/v1/tasks', by: buyer })).json);
    expect(mine.total).toBeGreaterThan(0);
    for (const by of [trader(room), undefined]) {
      expect((await ask(room, { path: '/api/v1/tasks', ...(by && { by }) })).json).toMatchObject({
        total: 0,
      });
    }
  });
});

describe.skipIf(!present)('answers', () => {
  it("are what Execution Market's own models say", async () => {
    const models = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(readFileSync(SCHEMAS, 'utf8')));
    const conforms = (name: string, json: unknown) => {
      const schema = z.fromJSONSchema(models[name] as Parameters<typeof z.fromJSONSchema>[0]);
      expect(schema.safeParse(json).error, name).toBeUndefined();
    };
    const { room, buyer, seller } = use.floor;
    const { task, submissionId } = await use.floor.submitted({ bounty: 180_000n });
    const get = async (path: string) =>
      (await ask(room, { path: `/api/v1${path}`, by: buyer })).json;
    conforms('SubmissionListResponse', await get(`/tasks/${task.id}/submissions`));
    conforms('ApplicationListResponse', await get(`/tasks/${task.id}/applications`));
    const approved = await ask(room, {
      ...post(`/submissions/${submissionId}/approve`, { notes: 'ok' }),
      by: buyer,
    });
    conforms('SuccessResponse', approved.json);
    expect(approved.json).toMatchObject({
      data: {
        platform_fee_usdc: 0.0234,
        worker_net_usdc: 0.1566,
        gross_amount_usdc: 0.18,
        verdict: 'accepted',
      },
    });
    conforms('TaskResponse', await get(`/tasks/${task.id}`));
    conforms('TaskPaymentResponse', await get(`/tasks/${task.id}/payment`));
    conforms('TaskTransactionsResponse', await get(`/tasks/${task.id}/transactions`));
    expect(await get(`/tasks/${task.id}/payment`)).toMatchObject({
      status: 'released',
      released_amount: 0.18,
      events: [{ type: 'escrow_lock' }, { type: 'payment_release' }],
    });
    conforms('TaskListResponse', await get('/tasks'));
    conforms('AvailableTasksResponse', await get('/tasks/available'));
    conforms('PublicConfigResponse', await get('/config'));
    conforms('TaskResponse', (await ask(room, { ...post('/tasks', newTask), by: seller })).json);
  });

  it('to anyone: health, how to sign, how to pay', async () => {
    const { room } = use.floor;
    for (const path of ['/health', '/api/v1/health']) {
      expect((await ask(room, { path })).json).toMatchObject({ status: 'healthy' });
    }
    const nonce = z.object({ nonce: z.string().min(22), ttl_seconds: z.literal(300) });
    nonce.parse((await ask(room, { path: '/api/v1/auth/erc8128/nonce' })).json);
    expect((await ask(room, { path: '/api/v1/h2a/payment-config' })).json).toMatchObject({
      networks: { 'base-sepolia': { chain_id: 84532, fee_bps: 1300 } },
    });
  });
});
