import { describe, expect, it } from 'vitest';
import { belonging, type Process, roleOf } from '../../../scripts/chaos/processes.ts';
import { type Evidence, expectedTrades, judge } from '../../../scripts/chaos/verdict.ts';
import { draw } from '../../../scripts/chaos/victims.ts';
import { dice } from '../../../scripts/local/economy/synthetic-chat.ts';

const GROUP = 100;
const one = (pid: number, more: Partial<Process> = {}): Process => ({
  ...{ pid, group: GROUP, command: 'node x', environment: [] },
  ...more,
});
const main = one(GROUP, { command: 'node viva.ts up' });
const market = one(101, {
  environment: ['A=1', 'AWS_LAMBDA_FUNCTION_NAME=economia-viva-local-market'],
});
const relay = one(102, {
  command: 'node --import /s/sandbox/lifeline.mjs /d/rooms/irc-relay/index.mjs',
});
const anvil = one(103, { command: '/x/bin/anvil --port 0' });
const watchdog = one(104, { command: 'node watchdog.ts' });
const all = [main, market, relay, anvil, watchdog];

describe('victims', () => {
  it('are told apart by what they are', () => {
    expect(all.map((process) => roleOf(process)?.name)).toEqual([
      ...['the main process', 'market', 'irc-relay', 'anvil', undefined],
    ]);
  });

  it('are drawn from everything that lives, and never the watchdog or a stranger', () => {
    const stranger = { ...market, pid: 999, group: 7 };
    const roll = dice(1);
    const met = new Set(
      Array.from({ length: 300 }, () => draw([...all, stranger], GROUP, roll).pid),
    );
    expect([...met].sort((a, b) => a - b)).toEqual([-GROUP, GROUP, 101, 102, 103]);
  });

  it('are the whole when there is nothing else yet', () => {
    for (const roll of [0, 0.5, 0.99])
      expect(Math.abs(draw([main], GROUP, () => roll).pid)).toBe(GROUP);
  });

  it('belong by group, command line or environment', () => {
    const dir = '/tmp/state-1';
    const mine = [
      one(1, { group: GROUP }),
      one(2, { group: 8, command: `anvil ${dir}/chain` }),
      one(3, { group: 8, environment: [`HOME=${dir}/chain`] }),
    ];
    const other = one(4, { group: 8 });
    const found = belonging([...mine, other, one(process.pid)], { dir, groups: new Set([GROUP]) });
    expect(found.map(({ pid }) => pid)).toEqual([1, 2, 3]);
  });
});

describe('the verdict', () => {
  const trades = expectedTrades();
  const good: Evidence = {
    exitCode: 0,
    reported: trades.toReversed(),
    errors: [],
    captured: trades.map(({ seller }) => seller),
    stillLocked: 0,
    wallets: [{ agent: 'kk-a', chain: '1', ledger: '1' }],
    tasks: trades.map((_trade, index) => ({ id: String(index), status: 'completed' })),
    orphans: [],
  };

  it('expects the eight deals of the roster', () => {
    expect(trades).toHaveLength(8);
    expect(trades.every(({ seller }) => seller.startsWith('kk-'))).toBe(true);
  });

  it('is clean when all holds, cancelled bounties or not', () => {
    expect(judge(good)).toEqual({ deals: 8, paidTwice: 0, violations: [] });
    const withdrawn = { id: 'x', status: 'cancelled' };
    expect(judge({ ...good, tasks: [...good.tasks, withdrawn] }).violations).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, RegExp]>([
    ['a failed run', { exitCode: 1 }, /ended with 1/],
    ['a run ended by a signal', { exitCode: undefined }, /ended with a signal/],
    ['a fault it names itself', { errors: ['why'] }, /why/],
    ['a missing deal', { reported: trades.slice(1) }, /no deal: raw_logs/],
    ['a deal too many', { reported: [...trades, trades[0]!] }, /too many: raw_logs/],
    ['a payment too many', { captured: [...good.captured, 'kk-b'] }, /kk-b was paid once too/],
    ['a payment too few', { captured: good.captured.slice(1) }, /was not paid/],
    ['stranded money', { stillLocked: 1 }, /1 payments are still locked/],
    ['unequal books', { wallets: [{ agent: 'kk-a', chain: '1', ledger: '2' }] }, /has 1 USDC/],
    ['a task too few', { tasks: good.tasks.slice(1) }, /7 completed tasks/],
    ['a task left', { tasks: [...good.tasks, { id: 'x', status: 'submitted' }] }, /x is left sub/],
    ['an orphan', { orphans: ['anvil --port 0'] }, /left running: anvil/],
  ])('names %s', (_what, fault, words) => {
    const { violations } = judge({ ...good, ...fault });
    expect(violations.join('\n')).toMatch(words);
  });

  it('counts each payment beyond one for each deal', () => {
    const captured = [...good.captured, ...good.captured.slice(0, 2)];
    expect(judge({ ...good, captured }).paidTwice).toBe(2);
  });
});
