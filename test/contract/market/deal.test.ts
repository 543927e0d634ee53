import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '#core/ports/market.ts';
import { openRoom, paymentFor, type Room, type Trader, trader } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

const HOUR = 3_600_000;
const evidence = {
  json_response: { sha256: 'ab', records: 3, nested: { deep: [1, 'dos', null] } },
};
const verdict = { score: 90, notes: 'as promised' };

let room: Room;
let escrow: PaperEscrow;
let buyer: Trader;
let seller: Trader;
let executorId: string;

beforeAll(async () => {
  escrow = new PaperEscrow();
  room = await openRoom({ chain: escrow, facilitator: escrow });
  buyer = trader(room);
  seller = trader(room);
  executorId = value(await seller.market.register('kk-seller')).executorId;
});
afterAll(async () => {
  await room.close();
  expect(room.broken).toEqual([]);
});

function value<T>(answer: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

let published = 0;
function publish(over: { bounty?: bigint; deadlineHours?: number; skills?: string[] } = {}) {
  published += 1;
  const request = {
    title: '[KK Request] Raw logs',
    instructions: 'Deliver the raw logs as NDJSON, with their sha256.',
    bounty: 10_000n,
    deadlineHours: 24,
    skills: ['raw_logs'],
    agentName: 'kk-buyer',
    ...over,
  };
  return buyer.market.publish(request, `key-${published}`).then(value);
}

async function lockFor(task: Task, over = {}) {
  const paymentInfo = paymentFor(task, seller.address, over);
  const outcome = await escrow.lock(paymentInfo);
  if (outcome.kind !== 'settled') throw new Error('not locked');
  return { executorId, escrowTx: outcome.tx, paymentInfo };
}

async function assigned(over = {}): Promise<Task> {
  const task = await publish(over);
  value(await seller.market.apply(task.id, { executorId, message: 'I have them' }));
  value(await buyer.market.assign(task.id, await lockFor(task)));
  return task;
}

async function submitted(over = {}): Promise<{ task: Task; submissionId: string }> {
  const task = await assigned(over);
  value(await seller.market.submit(task.id, { executorId, evidence, notes: '' }));
  const [submission] = value(await buyer.market.submissions(task.id));
  return { task, submissionId: submission!.id };
}

const status = async (task: Task) => value(await buyer.market.task(task.id)).status;
const error = (kind: string, code: number) => ({ ok: false, error: { kind, status: code } });

describe('a deal', () => {
  it('goes from bounty to payment and ratings', async () => {
    expect(await buyer.market.isHealthy()).toBe(true);
    const task = await publish({ bounty: 180_000n, skills: ['raw_logs', 'spanish'] });
    expect(task).toMatchObject({
      status: 'published',
      bounty: 180_000n,
      publisher: buyer.address,
      executorId: undefined,
      escrowTx: undefined,
    });
    const open = value(await seller.market.available({ skill: 'spanish', limit: 10 }));
    expect(open.map(({ id }) => id)).toEqual([task.id]);

    value(await seller.market.apply(task.id, { executorId, message: 'I have 2004' }));
    const [application] = value(await buyer.market.applications(task.id));
    expect(application).toMatchObject({ executorId, wallet: seller.address, status: 'pending' });

    const choice = await lockFor(task);
    value(await buyer.market.assign(task.id, choice));
    expect(value(await seller.market.task(task.id))).toMatchObject({
      status: 'accepted',
      executorId,
      escrowTx: choice.escrowTx,
    });
    expect(value(await seller.market.available({ skill: 'spanish', limit: 10 }))).toEqual([]);

    value(await seller.market.submit(task.id, { executorId, evidence, notes: 'sha256 inside' }));
    const [submission] = value(await buyer.market.submissions(task.id));
    expect(submission).toMatchObject({ executorId, verdict: 'pending', evidence });

    const { releaseTx } = value(await buyer.market.approve(submission!.id, verdict));
    expect(await escrow.closeOf(choice.paymentInfo)).toEqual({ kind: 'captured', tx: releaseTx });
    expect(await status(task)).toBe('completed');

    const rating = { score: 95, comment: 'complete' };
    value(await buyer.market.rateWorker(task.id, { worker: seller.address, ...rating }));
    value(await seller.market.rateAgent(task.id, rating));
    expect(
      await buyer.market.rateWorker(task.id, { worker: seller.address, ...rating }),
    ).toMatchObject(error('conflict', 409));
    expect(await seller.market.rateAgent(task.id, rating)).toMatchObject(error('conflict', 409));
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
    const answers = await Promise.all([1, 2, 3].map(() => buyer.market.publish(request, 'same')));
    expect(new Set(answers.map((answer) => value(answer).id)).size).toBe(1);
    const other = value(await trader(room).market.publish(request, 'same'));
    expect(other.id).not.toBe(value(answers[0]!).id);
  });

  it('is approved once, however often it is asked for at once', async () => {
    const { submissionId } = await submitted();
    const before = escrow.moves;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => buyer.market.approve(submissionId, verdict)),
    );
    const txs = answers.map((answer) => value(answer).releaseTx);
    expect(new Set(txs).size).toBe(1);
    expect(escrow.moves).toBe(before + 1);
    expect(value(await buyer.market.approve(submissionId, verdict)).releaseTx).toBe(txs[0]);
  });
});

describe('a settlement in trouble', () => {
  it.each(['refuse', 'before'] as const)('(%s) is 502, and a later approval pays', async (fail) => {
    const { task, submissionId } = await submitted();
    escrow.fail = fail;
    expect(await buyer.market.approve(submissionId, verdict)).toMatchObject(
      error('unavailable', 502),
    );
    escrow.fail = undefined;
    expect(await status(task)).toBe('submitted');
    expect(value(await buyer.market.submissions(task.id))[0]?.verdict).toBe('pending');

    expect(value(await buyer.market.approve(submissionId, verdict)).releaseTx).toBeDefined();
    expect(await status(task)).toBe('completed');
  });

  it('is found on the chain when the answer was lost', async () => {
    const { task, submissionId } = await submitted();
    escrow.fail = 'after';
    expect(value(await buyer.market.approve(submissionId, verdict)).releaseTx).toBeDefined();
    escrow.fail = undefined;
    expect(await status(task)).toBe('completed');
  });

  it('leaves no way to reject while it may have paid', async () => {
    const { submissionId } = await submitted();
    const rejected = { severity: 'major' as const, notes: 'not what was promised' };
    escrow.fail = 'before';
    await buyer.market.approve(submissionId, verdict);
    escrow.fail = undefined;
    expect(await buyer.market.reject(submissionId, rejected)).toMatchObject(error('conflict', 409));
    value(await buyer.market.approve(submissionId, verdict));
  });

  it('never goes both ways when approval and rejection race', async () => {
    for (let i = 0; i < 4; i++) {
      const { task, submissionId } = await submitted();
      const notes = 'not what was promised';
      const [approved, rejected] = await Promise.all([
        buyer.market.approve(submissionId, verdict),
        buyer.market.reject(submissionId, { severity: 'major', notes }),
      ]);
      expect([approved.ok, rejected.ok].filter(Boolean)).toHaveLength(1);
      expect(await status(task)).toBe(approved.ok ? 'completed' : 'published');
    }
  });
});

describe('work that is not good enough', () => {
  it('comes back after a minor reject, and is paid', async () => {
    const { task, submissionId } = await submitted();
    const notes = 'twelve records are missing';
    value(await buyer.market.reject(submissionId, { severity: 'minor', notes }));
    expect(await status(task)).toBe('in_progress');
    expect(value(await buyer.market.submissions(task.id))[0]?.verdict).toBe('rejected');

    value(await seller.market.submit(task.id, { executorId, evidence, notes: 'all of them' }));
    const again = value(await buyer.market.submissions(task.id));
    expect(again).toMatchObject([{ id: submissionId, verdict: 'pending' }]);
    value(await buyer.market.approve(submissionId, verdict));
  });

  it('is refunded and published again after a major reject', async () => {
    const { task, submissionId } = await submitted();
    const notes = 'these are other logs';
    value(await buyer.market.reject(submissionId, { severity: 'major', notes }));
    expect(value(await buyer.market.task(task.id))).toMatchObject({
      status: 'published',
      executorId: undefined,
    });
    expect(escrow.ends().at(-1)).toBe('voided');
    expect(value(await buyer.market.applications(task.id))).toMatchObject([{ status: 'rejected' }]);
    expect(await seller.market.apply(task.id, { executorId, message: 'please' })).toMatchObject(
      error('conflict', 409),
    );
    expect(await buyer.market.approve(submissionId, verdict)).toMatchObject(error('conflict', 409));
  });
});

describe('the end without a deal', () => {
  it('refunds a cancelled task, and may be asked for again', async () => {
    const task = await assigned();
    value(await buyer.market.cancel(task.id, 'changed my mind'));
    value(await buyer.market.cancel(task.id, 'changed my mind'));
    expect(await status(task)).toBe('cancelled');
    expect(escrow.ends().at(-1)).toBe('voided');
  });

  it('refunds later when the facilitator is down', async () => {
    const task = await assigned();
    escrow.fail = 'before';
    value(await buyer.market.cancel(task.id, 'changed my mind'));
    expect(escrow.ends().at(-1)).toBe('locked');
    escrow.fail = undefined;
    expect(await status(task)).toBe('cancelled');
    expect(escrow.ends().at(-1)).toBe('voided');
  });

  it('expires what nobody delivered, refuses the late work with 409 and gives the money back', async () => {
    const open = await publish({ deadlineHours: 1 });
    const task = await assigned({ deadlineHours: 1 });
    room.pass(HOUR + 1);
    expect(await seller.market.submit(task.id, { executorId, evidence, notes: '' })).toMatchObject(
      error('conflict', 409),
    );
    expect(await status(task)).toBe('expired');
    expect(escrow.ends().at(-1)).toBe('voided');
    expect(await seller.market.apply(open.id, { executorId, message: '' })).toMatchObject(
      error('conflict', 409),
    );
    value(await buyer.market.cancel(task.id, 'too late'));
  });
});

describe('races', () => {
  it('give a task to one of two applicants, and the other lock stays with its payer', async () => {
    const rival = trader(room);
    const rivalId = value(await rival.market.register('kk-rival')).executorId;
    const task = await publish();
    value(await seller.market.apply(task.id, { executorId, message: '' }));
    value(await rival.market.apply(task.id, { executorId: rivalId, message: '' }));
    const mine = await lockFor(task);
    const paymentInfo = paymentFor(task, rival.address);
    const outcome = await escrow.lock(paymentInfo);
    if (outcome.kind !== 'settled') throw new Error('not locked');

    const answers = await Promise.all([
      buyer.market.assign(task.id, mine),
      buyer.market.assign(task.id, { executorId: rivalId, escrowTx: outcome.tx, paymentInfo }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.find(({ ok }) => !ok)).toMatchObject(error('conflict', 409));
    const statuses = value(await buyer.market.applications(task.id)).map((one) => one.status);
    expect(statuses.toSorted()).toEqual(['accepted', 'rejected']);
  });

  it('take one application of many at once', async () => {
    const task = await publish();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => seller.market.apply(task.id, { executorId, message: '' })),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(value(await buyer.market.applications(task.id))).toHaveLength(1);
  });

  it('let one lock pay for one task', async () => {
    const [one, two] = [await publish(), await publish()];
    for (const { id } of [one, two]) {
      value(await seller.market.apply(id, { executorId, message: '' }));
    }
    const choice = await lockFor(two);
    value(await buyer.market.assign(two.id, choice));
    expect(await buyer.market.assign(one.id, choice)).toMatchObject(error('unpaid', 402));
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
    const task = await publish();
    value(await seller.market.apply(task.id, { executorId, message: '' }));
    const choice = await lockFor(task, over);
    expect(await buyer.market.assign(task.id, choice)).toMatchObject(error('unpaid', 402));
    expect(await status(task)).toBe('published');
  });

  it('is 402 without a lock, and with terms that are not the locked ones', async () => {
    const task = await publish();
    value(await seller.market.apply(task.id, { executorId, message: '' }));
    const unlocked = paymentFor(task, seller.address);
    const choice = await lockFor(task);
    for (const paymentInfo of [unlocked, { ...choice.paymentInfo, refundExpiry: 1 }]) {
      const answer = await buyer.market.assign(task.id, { ...choice, paymentInfo });
      expect(answer).toMatchObject(error('unpaid', 402));
    }
  });

  it('is 404 for who did not apply, 403 for who did not publish', async () => {
    const task = await publish();
    const choice = await lockFor(task);
    expect(await buyer.market.assign(task.id, choice)).toMatchObject(error('missing', 404));
    expect(await seller.market.assign(task.id, choice)).toMatchObject(error('forbidden', 403));
    expect(await seller.market.applications(task.id)).toMatchObject(error('forbidden', 403));
  });
});
