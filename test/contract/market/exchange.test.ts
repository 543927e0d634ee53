import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryExchange } from '#adapters/memory/exchange.ts';
import { TxHash } from '#contract/ids.ts';
import { assign, cancel } from '#core/exchange/moves.ts';
import type { ExchangeTask } from '#core/exchange/task.ts';
import type { Exchange } from '#core/ports/exchange.ts';
import { aPayment, BUYER, EXECUTOR, SELLER, taskId, walletOf } from '../../support/builders.ts';
import { openRoom } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;
const publisher = walletOf(BUYER);
const wallet = walletOf(SELLER);
const tx = (n: number) => TxHash.parse(`0x${n.toString(16).padStart(64, '0')}`);

let tasks = 0;
/** A new task, later than the last one and due later. */
function aTask(over: Partial<ExchangeTask> = {}): ExchangeTask {
  tasks += 1;
  const createdAt = new Date(NOW.getTime() + tasks * 1000);
  return {
    id: taskId(tasks),
    version: 1,
    status: 'published',
    ...{ publisher, createdAt, updatedAt: createdAt },
    deadline: new Date(createdAt.getTime() + 24 * HOUR),
    ...{ escrows: [], refused: [], submissionIds: [] },
    ...{ title: 'Raw logs', instructions: 'Deliver the raw logs.', category: 'data_processing' },
    bounty: 10_000n,
    ...{ evidenceRequired: ['json_response'], evidenceOptional: [], target: 'agent' },
    ...{ skills: ['raw_logs'], minReputation: 0 },
    ...over,
  };
}

const next = (task: ExchangeTask): ExchangeTask => ({ ...task, version: task.version + 1 });

function given(task: ExchangeTask, n: number): ExchangeTask {
  const choice = { executor: { id: EXECUTOR, wallet }, info: aPayment(), tx: tx(n) };
  const moved = assign(task, choice, NOW);
  if (!moved.ok) throw new Error(moved.refusal.detail);
  return next(moved.value);
}

async function dynamo() {
  const escrow = new PaperEscrow();
  const room = await openRoom({ chain: escrow, facilitator: escrow });
  return { exchange: room.services.exchange, close: () => room.close() };
}
const memory = () =>
  Promise.resolve({ exchange: new MemoryExchange(), close: () => Promise.resolve() });

describe.each([
  ['in DynamoDB', dynamo],
  ['in memory', memory],
])('the market remembers %s', (_where, open) => {
  let exchange: Exchange;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ exchange, close } = await open());
  });
  afterAll(() => close());

  it('a task once, as it was given', async () => {
    const task = aTask();
    expect(await exchange.create(task)).toBe(true);
    expect(await exchange.create({ ...task, title: 'Another' })).toBe(false);
    expect(await exchange.task(task.id)).toMatchObject({ title: 'Raw logs', bounty: 10_000n });
    expect(await exchange.task(taskId(99_999))).toBeUndefined();
  });

  it('of two changes of one version the first', async () => {
    const task = aTask();
    await exchange.create(task);
    expect(await exchange.save({ task: given(task, 1), lock: tx(1) })).toBe('saved');
    expect(await exchange.save({ task: given(task, 2), lock: tx(2) })).toBe('outrun');
    expect((await exchange.task(task.id))?.escrows).toMatchObject([{ tx: tx(1) }]);
  });

  it('which task a lock pays for', async () => {
    const [one, two] = [aTask(), aTask()];
    await exchange.create(one);
    await exchange.create(two);
    expect(await exchange.save({ task: given(one, 7), lock: tx(7) })).toBe('saved');
    expect(await exchange.save({ task: given(two, 7), lock: tx(7) })).toBe('lock-taken');
    expect(await exchange.task(two.id)).toMatchObject({ status: 'published', version: 1 });
  });

  it('one application per executor, and who is registered', async () => {
    const { id: taskId } = aTask();
    const application = { id: `a-${taskId}`, taskId, executorId: EXECUTOR, wallet, appliedAt: NOW };
    expect(await exchange.apply(application)).toBe(true);
    expect(await exchange.apply(application)).toBe(false);
    expect(await exchange.applications(taskId)).toHaveLength(1);
    expect(await exchange.application(taskId, EXECUTOR)).toMatchObject({ wallet });
    expect(await exchange.application(taskId, 'nobody')).toBeUndefined();

    const executor = { id: EXECUTOR, wallet, registeredAt: NOW, ratings: { count: 0, sum: 0 } };
    expect(await exchange.register(executor)).toBe(true);
    expect(await exchange.register(executor)).toBe(false);
    const rated = aTask();
    await exchange.create(rated);
    const rating = { executorId: EXECUTOR, score: 80 };
    expect(await exchange.save({ task: next(rated), rating })).toBe('saved');
    expect((await exchange.executor(EXECUTOR))?.ratings).toEqual({ count: 1, sum: 80 });
  });

  it('what is open, the newest first, and what is due, the longest first', async () => {
    const skill = `skill-${tasks}`;
    const all = [
      aTask({ skills: [skill] }),
      aTask({ skills: [skill] }),
      aTask({ skills: [skill] }),
    ];
    for (const task of all) await exchange.create(task);
    const [first, second, third] = all.map(({ id }) => id);
    const open = async () =>
      (await Array.fromAsync(exchange.open({ skill, most: 10 }))).map(({ id }) => id);
    expect(await open()).toEqual([third, second, first]);

    const cancelled = cancel(all[1]!, 'enough');
    if (!cancelled.ok) throw new Error(cancelled.refusal.detail);
    await exchange.save({ task: next(cancelled.value) });
    expect(await open()).toEqual([third, first]);
    expect(await Array.fromAsync(exchange.open({ skill, most: 1 }))).toHaveLength(1);

    const due = await Array.fromAsync(exchange.due(all[2]!.deadline, 100));
    const ids = due.map(({ id }) => id);
    expect(ids.filter((id) => id === first || id === second || id === third)).toEqual([
      first,
      third,
    ]);
    expect(await Array.fromAsync(exchange.due(NOW, 100))).toEqual([]);
  });
});
