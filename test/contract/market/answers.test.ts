import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { useFloor } from '../../support/market-floor.ts';
import { ask, trader } from '../../support/market-room.ts';

const use = useFloor();
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

describe('answers', () => {
  it('say what was paid, to whom, and what it cost', async () => {
    const { room, buyer } = use.floor;
    const { task, submissionId } = await use.floor.submitted({ bounty: 180_000n });
    const approved = await ask(room, {
      ...post(`/submissions/${submissionId}/approve`, { notes: 'ok' }),
      by: buyer,
    });
    expect(approved.json).toMatchObject({
      data: {
        platform_fee_usdc: 0.0234,
        worker_net_usdc: 0.1566,
        gross_amount_usdc: 0.18,
        verdict: 'accepted',
      },
    });
    const path = `/api/v1/tasks/${task.id}/payment`;
    expect((await ask(room, { path, by: buyer })).json).toMatchObject({
      status: 'released',
      released_amount: 0.18,
      events: [{ type: 'escrow_lock' }, { type: 'payment_release' }],
    });
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
