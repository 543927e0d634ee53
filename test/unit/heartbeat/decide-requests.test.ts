import { describe, expect, it } from 'vitest';
import { PRODUCTS } from '#contract/products.ts';
import type { Snapshot } from '#core/ports/agents.ts';
import {
  anAgentState,
  aSnapshot,
  aTask,
  GENERATION,
  SELLER,
  taskId,
} from '../../support/builders.ts';
import { decided, shelf } from './deciding.ts';

describe('a request', () => {
  const applied = (
    requests: readonly ReturnType<typeof aTask>[],
    goods: Partial<(typeof shelf)['raw_logs']> = {},
  ) => {
    const state = anAgentState({ stock: { raw_logs: { ...shelf.raw_logs, ...goods } } });
    return applies(state, requests);
  };
  const applies = (state: Snapshot['state'], requests: readonly ReturnType<typeof aTask>[]) =>
    decided(SELLER, aSnapshot({ state }), { requests }).intents.filter((id) =>
      id.startsWith('apply#'),
    );
  const requests = (count: number, over: Parameters<typeof aTask>[0] = {}) =>
    Array.from({ length: count }, (_, n) => aTask({ id: taskId(n + 1), ...over }));
  const old = { skills: ['raw_logs', 'corpus:00000000000000aa'] };

  it('is applied for with goods of that corpus on the shelf', () => {
    expect(applied(requests(1))).toEqual([`apply#${taskId(1)}`]);
    expect(applied(requests(1, { skills: ['raw_logs'] }))).toHaveLength(1);
    expect(applied(requests(1, { skills: ['raw_logs', `corpus:${GENERATION}.3`] }))).toHaveLength(
      1,
    );
  });

  it.each([
    ['old goods', requests(1), { generation: '00000000000000aa' }],
    ['goods of another corpus', requests(1, old), {}],
    ['too few records', requests(1), { records: PRODUCTS.raw_logs.minimumRecords - 1 }],
    ['too small a bounty', requests(1, { bounty: 9_999n }), {}],
    ['another product', requests(1, { skills: ['soul_profiles'] }), {}],
  ])('is left to others: %s', (_why, tasks, goods) => {
    expect(applied(tasks, goods)).toEqual([]);
  });

  it('is left to others while the shelf is empty', () => {
    expect(applies(anAgentState(), requests(1))).toEqual([]);
  });

  it('is one of three at most, whatever hopeless ones stand before it', () => {
    expect(applied(requests(7))).toHaveLength(3);
    const hopeless = requests(5, old);
    const good = [8, 9].map((n) => aTask({ id: taskId(n) }));
    expect(applied([...hopeless, ...good])).toHaveLength(2);
  });
});
