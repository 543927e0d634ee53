import { describe, expect, it } from 'vitest';
import { evidence, refusal, useFloor, value, verdict } from '../../support/market-floor.ts';

const HOUR = 3_600_000;
const use = useFloor();

describe('work that is not good enough', () => {
  it('comes back after a minor reject, and is paid', async () => {
    const { task, submissionId } = await use.floor.submitted();
    const notes = 'twelve records are missing';
    value(await use.floor.buyer.market.reject(submissionId, { severity: 'minor', notes }));
    expect(await use.floor.status(task)).toBe('in_progress');
    expect(value(await use.floor.buyer.market.submissions(task.id))[0]?.verdict).toBe('rejected');

    value(
      await use.floor.seller.market.submit(task.id, {
        executorId: use.floor.executorId,
        evidence,
        notes: 'all of them',
      }),
    );
    const again = value(await use.floor.buyer.market.submissions(task.id));
    expect(again).toMatchObject([{ id: submissionId, verdict: 'pending' }]);
    value(await use.floor.buyer.market.approve(submissionId, verdict));
  });

  it('is refunded and published again after a major reject', async () => {
    const { task, submissionId } = await use.floor.submitted();
    const notes = 'these are other logs';
    value(await use.floor.buyer.market.reject(submissionId, { severity: 'major', notes }));
    expect(value(await use.floor.buyer.market.task(task.id))).toMatchObject({
      status: 'published',
      executorId: undefined,
    });
    expect(use.floor.escrow.ends().at(-1)).toBe('voided');
    expect(value(await use.floor.buyer.market.applications(task.id))).toMatchObject([
      { status: 'rejected' },
    ]);
    expect(
      await use.floor.seller.market.apply(task.id, {
        executorId: use.floor.executorId,
        message: 'please',
      }),
    ).toMatchObject(refusal('conflict', 409));
    expect(await use.floor.buyer.market.approve(submissionId, verdict)).toMatchObject(
      refusal('conflict', 409),
    );
  });
});

describe('the end without a deal', () => {
  it('refunds a cancelled task, and may be asked for again', async () => {
    const task = await use.floor.assigned();
    value(await use.floor.buyer.market.cancel(task.id, 'changed my mind'));
    value(await use.floor.buyer.market.cancel(task.id, 'changed my mind'));
    expect(await use.floor.status(task)).toBe('cancelled');
    expect(use.floor.escrow.ends().at(-1)).toBe('voided');
  });

  it('refunds later when the facilitator is down', async () => {
    const task = await use.floor.assigned();
    use.floor.escrow.fail = 'before';
    value(await use.floor.buyer.market.cancel(task.id, 'changed my mind'));
    expect(use.floor.escrow.ends().at(-1)).toBe('locked');
    use.floor.escrow.fail = undefined;
    expect(await use.floor.status(task)).toBe('cancelled');
    expect(use.floor.escrow.ends().at(-1)).toBe('voided');
  });

  it('expires what nobody delivered, refuses the late work with 409 and gives the money back', async () => {
    const open = await use.floor.publish({ deadlineHours: 1 });
    const task = await use.floor.assigned({ deadlineHours: 1 });
    use.floor.room.pass(HOUR + 1);
    expect(
      await use.floor.seller.market.submit(task.id, {
        executorId: use.floor.executorId,
        evidence,
        notes: '',
      }),
    ).toMatchObject(refusal('conflict', 409));
    expect(await use.floor.status(task)).toBe('expired');
    expect(use.floor.escrow.ends().at(-1)).toBe('voided');
    expect(
      await use.floor.seller.market.apply(open.id, {
        executorId: use.floor.executorId,
        message: '',
      }),
    ).toMatchObject(refusal('conflict', 409));
    value(await use.floor.buyer.market.cancel(task.id, 'too late'));
  });
});
