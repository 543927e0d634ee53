import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paymentInfoBody } from '#contract/execution-market.ts';
import { TaskId } from '#contract/ids.ts';
import { refusal, useFloor, value, verdict } from '../../support/market-floor.ts';
import { ask, paymentFor } from '../../support/market-room.ts';

const use = useFloor();
const uuid = '11111111-2222-4333-8444-555555555555';

/** Values that break parsers, storage and arithmetic. */
const nasty = fc.oneof(
  fc.constantFrom(null, '', '0x', '\ud800', '__proto__', -1, 1e21, 2 ** 53, 1e-300, [], {}, true),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);

describe('whatever is sent', () => {
  const fields = {
    ids: [
      'executor_id',
      'task_id',
      'wallet_address',
      'worker_address',
      'escrow_tx',
      'payment_info',
    ],
    texts: [
      'title',
      'instructions',
      'notes',
      'reason',
      'message',
      'severity',
      'category',
      'comment',
    ],
    numbers: [
      'bounty_usd',
      'deadline_hours',
      'score',
      'rating_score',
      'min_reputation',
      'evidence',
    ],
  };

  it('is answered, and never by a 5xx', async () => {
    const { room, seller } = use.floor;
    const task = await use.floor.publish();
    const paths = [
      '/tasks',
      `/tasks/${task.id}/cancel`,
      `/tasks/${task.id}/apply`,
      `/tasks/${task.id}/assign`,
      `/tasks/${uuid}/submit`,
      `/submissions/${uuid}/approve`,
      `/submissions/${uuid}/reject`,
      '/reputation/workers/rate',
      '/reputation/agents/rate',
      '/workers/register',
      '/executors/register',
    ];
    const names = Object.values(fields).flat();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.dictionary(fc.constantFrom(...names), nasty, { maxKeys: 5 }),
        async (path, body) => {
          const answer = await ask(room, {
            method: 'POST',
            path: `/api/v1${path}`,
            body,
            by: seller,
          });
          expect(answer.status).toBeGreaterThanOrEqual(200);
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('as a query is answered, and never by a 5xx', async () => {
    const { room } = use.floor;
    const name = fc.constantFrom(
      'limit',
      'offset',
      'min_bounty',
      'after',
      'skills',
      'include_expired',
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, fc.string()), async (query) => {
        const path = `/api/v1/tasks/available?${new URLSearchParams(query).toString()}`;
        expect((await ask(room, { path })).status).toBeLessThan(500);
      }),
      { numRuns: 60 },
    );
  });
});

describe('evidence', () => {
  it('comes back as it was, whatever is in it', async () => {
    const { seller, buyer, executorId } = use.floor;
    const task = await use.floor.assigned();
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100; i++) deep = { deep };
    const odd = {
      json_response: { large: 1e300, long: 2 ** 60, small: 1e-300, empty: '', none: null, deep },
      'any key ': ['ñandú', '🦎'],
    };
    value(await seller.market.submit(task.id, { executorId, evidence: odd, notes: '' }));
    expect(value(await buyer.market.submissions(task.id))[0]?.evidence).toEqual(odd);
  });
});

describe('a chain that does not answer', () => {
  it('is 502 for an assignment, which may be asked for again', async () => {
    const { buyer, escrow } = use.floor;
    const task = await use.floor.applied();
    const choice = await use.floor.lockFor(task);
    escrow.isChainDown = true;
    const answer = await buyer.market.assign(task.id, choice);
    escrow.isChainDown = false;
    expect(answer).toMatchObject(refusal('unavailable', 502));
    value(await buyer.market.assign(task.id, choice));
  });

  it('is 502 for an approval in doubt, which pays later', async () => {
    const { buyer, escrow } = use.floor;
    const { submissionId } = await use.floor.submitted();
    Object.assign(escrow, { isChainDown: true, fail: 'before' });
    const answer = await buyer.market.approve(submissionId, verdict);
    Object.assign(escrow, { isChainDown: false, fail: undefined });
    expect(answer).toMatchObject(refusal('unavailable', 502));
    expect(value(await buyer.market.approve(submissionId, verdict)).releaseTx).toBeDefined();
  });
});

describe('payment_info that no chain could hold', () => {
  it.each([
    { salt: '0x' },
    { salt: `0x${'ab'.repeat(33)}` },
    { max_fee_bps: 70_000 },
    { refund_expiry: 2 ** 50 },
    { max_amount: -1 },
    { payer: 'me' },
  ])('is 402: %o', async (over) => {
    const { room, buyer, seller, executorId } = use.floor;
    const task = await use.floor.applied();
    const body = {
      executor_id: executorId,
      escrow_tx: `0x${'ab'.repeat(32)}`,
      payment_info: { ...paymentInfoBody(paymentFor(task, seller.address)), ...over },
    };
    const path = `/api/v1/tasks/${task.id}/assign`;
    expect(await ask(room, { method: 'POST', path, body, by: buyer })).toMatchObject({
      status: 402,
    });
  });
});

describe('a long list', () => {
  it('is read newest first over its pages, and to its bound', async () => {
    const { exchange } = use.floor.room.services;
    const task = await exchange.task((await use.floor.publish()).id);
    if (!task) throw new Error('not published');
    const publisher = '0x00000000000000000000000000000000000000cc';
    for (let i = 0; i < 120; i++) {
      const id = TaskId.parse(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
      await exchange.create({ ...task, id, publisher, createdAt: new Date(1_000_000 + i) });
    }
    const ids: string[] = [];
    for await (const { id } of exchange.published(publisher, 110)) ids.push(id.slice(-3));
    expect(ids).toHaveLength(110);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(ids[0]).toBe('119');
  });
});
