import { describe, expect, it } from 'vitest';
import { refusal, useFloor, value } from '../../support/market-floor.ts';
import { paymentFor, trader } from '../../support/market-room.ts';

const use = useFloor();

describe('races', () => {
  it('give a task to one of two applicants, and the other lock stays with its payer', async () => {
    const rival = trader(use.floor.room);
    const rivalId = value(await rival.market.register('kk-rival')).executorId;
    const task = await use.floor.publish();
    value(
      await use.floor.seller.market.apply(task.id, {
        executorId: use.floor.executorId,
        message: '',
      }),
    );
    value(await rival.market.apply(task.id, { executorId: rivalId, message: '' }));
    const mine = await use.floor.lockFor(task);
    const paymentInfo = paymentFor(task, rival.address);
    const outcome = await use.floor.escrow.lock(paymentInfo);
    if (outcome.kind !== 'settled') throw new Error('not locked');

    const answers = await Promise.all([
      use.floor.buyer.market.assign(task.id, mine),
      use.floor.buyer.market.assign(task.id, {
        executorId: rivalId,
        escrowTx: outcome.tx,
        paymentInfo,
      }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.find(({ ok }) => !ok)).toMatchObject(refusal('conflict', 409));
    const statuses = value(await use.floor.buyer.market.applications(task.id)).map(
      (one) => one.status,
    );
    expect(statuses.toSorted()).toEqual(['accepted', 'rejected']);
  });

  it('take one application of many at once', async () => {
    const task = await use.floor.publish();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        use.floor.seller.market.apply(task.id, { executorId: use.floor.executorId, message: '' }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(value(await use.floor.buyer.market.applications(task.id))).toHaveLength(1);
  });

  it('let one lock pay for one task', async () => {
    const [one, two] = [await use.floor.publish(), await use.floor.publish()];
    for (const { id } of [one, two]) {
      value(
        await use.floor.seller.market.apply(id, { executorId: use.floor.executorId, message: '' }),
      );
    }
    const choice = await use.floor.lockFor(two);
    value(await use.floor.buyer.market.assign(two.id, choice));
    expect(await use.floor.buyer.market.assign(one.id, choice)).toMatchObject(
      refusal('unpaid', 402),
    );
  });
});

describe('assigning', () => {
  it.each([
    ['more than one day too early', { authorizationExpiry: 1 }],
    ['another amount', { maxAmount: 9_999n }],
    ['another receiver', { receiver: '0x00000000000000000000000000000000000000aa' as const }],
    ['another payer', { payer: '0x00000000000000000000000000000000000000aa' as const }],
    ['another token', { token: '0x00000000000000000000000000000000000000aa' as const }],
    ['another operator', { operator: '0x00000000000000000000000000000000000000aa' as const }],
    ['no room for the fee', { maxFeeBps: 800 }],
  ])('is 402 for a lock with %s', async (_, over) => {
    const task = await use.floor.publish();
    value(
      await use.floor.seller.market.apply(task.id, {
        executorId: use.floor.executorId,
        message: '',
      }),
    );
    const choice = await use.floor.lockFor(task, over);
    expect(await use.floor.buyer.market.assign(task.id, choice)).toMatchObject(
      refusal('unpaid', 402),
    );
    expect(await use.floor.status(task)).toBe('published');
  });

  it('is 402 without a lock, and with terms that are not the locked ones', async () => {
    const task = await use.floor.publish();
    value(
      await use.floor.seller.market.apply(task.id, {
        executorId: use.floor.executorId,
        message: '',
      }),
    );
    const unlocked = paymentFor(task, use.floor.seller.address);
    const choice = await use.floor.lockFor(task);
    for (const paymentInfo of [unlocked, { ...choice.paymentInfo, refundExpiry: 1 }]) {
      const answer = await use.floor.buyer.market.assign(task.id, { ...choice, paymentInfo });
      expect(answer).toMatchObject(refusal('unpaid', 402));
    }
  });

  it('is 404 for who did not apply, 403 for who did not publish', async () => {
    const task = await use.floor.publish();
    const choice = await use.floor.lockFor(task);
    expect(await use.floor.buyer.market.assign(task.id, choice)).toMatchObject(
      refusal('missing', 404),
    );
    expect(await use.floor.seller.market.assign(task.id, choice)).toMatchObject(
      refusal('forbidden', 403),
    );
    expect(await use.floor.seller.market.applications(task.id)).toMatchObject(
      refusal('forbidden', 403),
    );
  });
});
