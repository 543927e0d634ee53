import { describe, expect, it } from 'vitest';
import { paymentInfoBody } from '#contract/execution-market.ts';
import { expireDue } from '../../../functions/market/expiring.ts';
import { evidence, useFloor, value } from '../../support/market-floor.ts';
import { ask } from '../../support/market-room.ts';

const use = useFloor();
const reject = (submissionId: string) =>
  use.floor.buyer.market.reject(submissionId, {
    severity: 'major',
    notes: 'Not what was asked for.',
  });

describe('the expiry job', () => {
  it('gives bounties back although nobody asks for their tasks, and finds nothing the next time', async () => {
    const { floor } = use;
    const open = await floor.publish({ deadlineHours: 1, skills: ['expiring'] });
    const assigned = await floor.assigned({ deadlineHours: 1, skills: ['expiring'] });
    const later = await floor.publish({ deadlineHours: 48, skills: ['expiring'] });
    const { moves } = floor.escrow;
    floor.room.pass(3_600_000 + 1000);
    expect(await expireDue(floor.room.services, () => true)).toEqual({ due: 2, waiting: 0 });
    expect(floor.escrow.moves).toBe(moves + 1);
    expect(await expireDue(floor.room.services, () => true)).toEqual({ due: 0, waiting: 0 });
    expect(await Promise.all([open, assigned, later].map((task) => floor.status(task)))).toEqual([
      'expired',
      'expired',
      'published',
    ]);
    const listed = value(await floor.seller.market.available({ skill: 'expiring', limit: 10 }));
    expect(listed.map(({ id }) => id)).toEqual([later.id]);
  });

  it('tries a refund that failed again, and stops when its time is over', async () => {
    const { floor } = use;
    await floor.assigned({ deadlineHours: 1 });
    floor.room.pass(3_600_000 + 1000);
    floor.escrow.fail = 'refuse';
    expect(await expireDue(floor.room.services, () => false)).toEqual({ due: 0, waiting: 0 });
    expect(await expireDue(floor.room.services, () => true)).toMatchObject({ due: 1, waiting: 1 });
    floor.escrow.fail = undefined;
    expect(await expireDue(floor.room.services, () => true)).toMatchObject({ due: 1, waiting: 0 });
  });
});

describe('a publisher that rejects for good', () => {
  it('may do so three times within 24 hours, and again after that', async () => {
    const { floor } = use;
    for (let i = 0; i < 3; i++) value(await reject((await floor.submitted()).submissionId));
    const { submissionId } = await floor.submitted();
    const fourth = await reject(submissionId);
    expect(fourth).toMatchObject({ ok: false, error: { kind: 'limited', status: 429 } });
    expect(fourth.ok ? 0 : fourth.error.retryAfterMs).toBeGreaterThan(23 * 3_600_000);
    const minor = { severity: 'minor' as const, notes: 'Hand it in again, please.' };
    value(await floor.buyer.market.reject(submissionId, minor));
    floor.room.pass(24 * 3_600_000 + 1000);
    value(await reject((await floor.submitted()).submissionId));
  });
});

describe('PATCH of an escrow', () => {
  it('takes what the chain confirmed, and nothing else', async () => {
    const { floor } = use;
    const task = await floor.applied();
    const choice = await floor.lockFor(task);
    const patch = (body: object) =>
      ask(floor.room, {
        method: 'PATCH',
        path: `/api/v1/tasks/${task.id}/escrow`,
        body,
        by: floor.buyer,
      });
    expect((await patch({ escrow_tx: choice.escrowTx })).status).toBe(409);
    value(await floor.buyer.market.assign(task.id, choice));
    expect((await patch({})).status).toBe(400);
    expect((await patch({ escrow_tx: `0x${'ab'.repeat(32)}` })).status).toBe(400);
    const info = paymentInfoBody(choice.paymentInfo);
    expect((await patch({ payment_info: { ...info, salt: `0x${'00'.repeat(32)}` } })).status).toBe(
      400,
    );
    expect(await patch({ escrow_tx: choice.escrowTx, payment_info: info })).toMatchObject({
      status: 200,
      json: { data: { escrow_status: 'deposited' } },
    });
  });
});

describe('what a worker and the world may read', () => {
  it("is the worker's own submission, its reputation, and the feedback of a task", async () => {
    const { floor } = use;
    const { task, submissionId } = await floor.submitted();
    const mine = `/api/v1/workers/tasks/${task.id}/my-submission`;
    expect((await ask(floor.room, { path: mine, by: floor.seller })).json).toMatchObject({
      id: submissionId,
      evidence,
    });
    const one = `/api/v1/submissions/${submissionId}`;
    expect((await ask(floor.room, { path: one, by: floor.seller })).status).toBe(200);
    expect((await ask(floor.room, { path: one, by: floor.buyer })).status).toBe(403);

    value(await floor.buyer.market.approve(submissionId, { score: 90, notes: '' }));
    const feedback = `/api/v1/reputation/feedback/${task.id}`;
    expect((await ask(floor.room, { path: feedback })).status).toBe(404);
    const worker = floor.seller.address;
    value(await floor.buyer.market.rateWorker(task.id, { worker, score: 80, comment: 'good' }));
    expect((await ask(floor.room, { path: feedback })).json).toMatchObject({
      worker_rating: { score: 80 },
      agent_rating: null,
    });
    const reputation = `/api/v1/reputation/agents/${worker}`;
    expect((await ask(floor.room, { path: reputation })).json).toMatchObject({
      count: 1,
      score: 80,
    });
    const identity = `/api/v1/reputation/identity/wallet/${worker}?network=base`;
    expect((await ask(floor.room, { path: identity })).json).toMatchObject({
      status: 'not_registered',
    });
  });
});
