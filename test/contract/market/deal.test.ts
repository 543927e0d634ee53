import { describe, expect, it } from 'vitest';
import { evidence, refusal, useFloor, value, verdict } from '../../support/market-floor.ts';
import { trader } from '../../support/market-room.ts';

const use = useFloor();

describe('a deal', () => {
  it('goes from bounty to payment and ratings', async () => {
    expect(await use.floor.buyer.market.isHealthy()).toBe(true);
    const task = await use.floor.publish({ bounty: 180_000n, skills: ['raw_logs', 'spanish'] });
    expect(task).toMatchObject({
      status: 'published',
      bounty: 180_000n,
      publisher: use.floor.buyer.address,
      executorId: undefined,
      escrowTx: undefined,
    });
    const open = value(await use.floor.seller.market.available({ skill: 'spanish', limit: 10 }));
    expect(open.map(({ id }) => id)).toEqual([task.id]);

    value(
      await use.floor.seller.market.apply(task.id, {
        executorId: use.floor.executorId,
        message: 'I have 2004',
      }),
    );
    const [application] = value(await use.floor.buyer.market.applications(task.id));
    expect(application).toMatchObject({
      executorId: use.floor.executorId,
      wallet: use.floor.seller.address,
      status: 'pending',
    });

    const choice = await use.floor.lockFor(task);
    value(await use.floor.buyer.market.assign(task.id, choice));
    expect(value(await use.floor.seller.market.task(task.id))).toMatchObject({
      status: 'accepted',
      executorId: use.floor.executorId,
      escrowTx: choice.escrowTx,
    });
    expect(value(await use.floor.seller.market.available({ skill: 'spanish', limit: 10 }))).toEqual(
      [],
    );

    value(
      await use.floor.seller.market.submit(task.id, {
        executorId: use.floor.executorId,
        evidence,
        notes: 'sha256 inside',
      }),
    );
    const [submission] = value(await use.floor.buyer.market.submissions(task.id));
    expect(submission).toMatchObject({
      executorId: use.floor.executorId,
      verdict: 'pending',
      evidence,
    });

    const { releaseTx } = value(await use.floor.buyer.market.approve(submission!.id, verdict));
    expect(await use.floor.escrow.closeOf(choice.paymentInfo)).toEqual({
      kind: 'captured',
      tx: releaseTx,
    });
    expect(await use.floor.status(task)).toBe('completed');

    const rating = { score: 95, comment: 'complete' };
    value(
      await use.floor.buyer.market.rateWorker(task.id, {
        worker: use.floor.seller.address,
        ...rating,
      }),
    );
    value(await use.floor.seller.market.rateAgent(task.id, rating));
    expect(
      await use.floor.buyer.market.rateWorker(task.id, {
        worker: use.floor.seller.address,
        ...rating,
      }),
    ).toMatchObject(refusal('conflict', 409));
    expect(await use.floor.seller.market.rateAgent(task.id, rating)).toMatchObject(
      refusal('conflict', 409),
    );
  });

  it('is published once per key', async () => {
    const request = {
      title: 'Raw logs',
      instructions: 'Deliver the raw logs as NDJSON.',
      bounty: 10_000n,
      deadlineHours: 24,
      skills: ['raw_logs'],
      agentName: 'kk-buyer',
    };
    const answers = await Promise.all(
      [1, 2, 3].map(() => use.floor.buyer.market.publish(request, 'same')),
    );
    expect(new Set(answers.map((answer) => value(answer).id)).size).toBe(1);
    const other = value(await trader(use.floor.room).market.publish(request, 'same'));
    expect(other.id).not.toBe(value(answers[0]!).id);
  });

  it('is approved once, however often it is asked for at once', async () => {
    const { submissionId } = await use.floor.submitted();
    const before = use.floor.escrow.moves;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => use.floor.buyer.market.approve(submissionId, verdict)),
    );
    const txs = answers.map((answer) => value(answer).releaseTx);
    expect(new Set(txs).size).toBe(1);
    expect(use.floor.escrow.moves).toBe(before + 1);
    expect(value(await use.floor.buyer.market.approve(submissionId, verdict)).releaseTx).toBe(
      txs[0],
    );
  });
});

describe('a settlement in trouble', () => {
  it.each(['refuse', 'before'] as const)('(%s) is 502, and a later approval pays', async (fail) => {
    const { task, submissionId } = await use.floor.submitted();
    use.floor.escrow.fail = fail;
    expect(await use.floor.buyer.market.approve(submissionId, verdict)).toMatchObject(
      refusal('unavailable', 502),
    );
    use.floor.escrow.fail = undefined;
    expect(await use.floor.status(task)).toBe('submitted');
    expect(value(await use.floor.buyer.market.submissions(task.id))[0]?.verdict).toBe('pending');

    expect(
      value(await use.floor.buyer.market.approve(submissionId, verdict)).releaseTx,
    ).toBeDefined();
    expect(await use.floor.status(task)).toBe('completed');
  });

  it('is found on the chain when the answer was lost', async () => {
    const { task, submissionId } = await use.floor.submitted();
    use.floor.escrow.fail = 'after';
    expect(
      value(await use.floor.buyer.market.approve(submissionId, verdict)).releaseTx,
    ).toBeDefined();
    use.floor.escrow.fail = undefined;
    expect(await use.floor.status(task)).toBe('completed');
  });

  it('leaves no way to reject while it may have paid', async () => {
    const { submissionId } = await use.floor.submitted();
    const rejected = { severity: 'major' as const, notes: 'not what was promised' };
    use.floor.escrow.fail = 'before';
    await use.floor.buyer.market.approve(submissionId, verdict);
    use.floor.escrow.fail = undefined;
    expect(await use.floor.buyer.market.reject(submissionId, rejected)).toMatchObject(
      refusal('conflict', 409),
    );
    value(await use.floor.buyer.market.approve(submissionId, verdict));
  });

  it('never goes both ways when approval and rejection race', async () => {
    for (let i = 0; i < 4; i++) {
      const { task, submissionId } = await use.floor.submitted();
      const notes = 'not what was promised';
      const [approved, rejected] = await Promise.all([
        use.floor.buyer.market.approve(submissionId, verdict),
        use.floor.buyer.market.reject(submissionId, { severity: 'major', notes }),
      ]);
      expect([approved.ok, rejected.ok].filter(Boolean)).toHaveLength(1);
      expect(await use.floor.status(task)).toBe(approved.ok ? 'completed' : 'published');
    }
  });
});
