import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { Hex, type TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Answer, BountyRequest } from '#core/ports/market.ts';
import { readConnection } from '../local/economy/connection.ts';
import { STATE_DIR, wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';

interface Options {
  readonly dir: string;
  readonly json: boolean;
  readonly rate: number;
  readonly seconds: number;
  readonly agents: number;
}

export interface MarketRow {
  readonly call: string;
  readonly requests: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface MarketBench {
  readonly rate: number;
  readonly requests: number;
  readonly perSecond: number;
  /** Of all calls, from the moment each was due: a late start counts. */
  readonly p95Ms: number;
  readonly rows: readonly MarketRow[];
}

const BOUNTY: BountyRequest = {
  title: '[KK Request] Bench',
  instructions: 'Nothing is wanted: a benchmark published this bounty.',
  bounty: 10_000n,
  deadlineHours: 1,
  skills: ['bench_only'],
  agentName: 'bench',
};

export function addMarketBench(program: Command): void {
  program
    .command('market')
    .description(
      'Mixed signed requests at a steady rate against the market of a running local economy.',
    )
    .option('--dir <folder>', 'state folder of the economy', STATE_DIR)
    .option('--rate <n>', 'requests a second', wholeNumber, 100)
    .option('--seconds <n>', 'how long', wholeNumber, 10)
    .option('--agents <n>', 'how many wallets sign', wholeNumber, 24)
    .option('--json', 'prints one JSON value', false)
    .action((options: Options) => bench(options).catch(fail));
}

async function bench(options: Options): Promise<void> {
  const { marketUrl } = await readConnection(resolve(options.dir));
  const traders = Array.from({ length: options.agents }, () => traderAt(marketUrl));
  const samples: Sample[] = [];
  const tasks: TaskId[] = [];
  // a cold start is not what is measured
  await Promise.all(traders.map((one) => one.publish(tasks)));
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let i = 0; i < options.rate * options.seconds; i += 1) {
    const due = began + (i * 1000) / options.rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    running.push(sample(i, due, { traders, tasks, samples }));
  }
  await Promise.all(running);
  const seconds = (performance.now() - began) / 1000;
  const result: MarketBench = {
    rate: options.rate,
    requests: samples.length,
    perSecond: Math.round((samples.length / seconds) * 10) / 10,
    p95Ms: quantile(samples, 0.95),
    rows: rowsOf(samples),
  };
  print(options.json, result, () => text(result));
}

interface Sample {
  readonly call: string;
  readonly ms: number;
  readonly ok: boolean;
}

type Trader = ReturnType<typeof traderAt>;

function traderAt(url: string) {
  const wallet = new EvmWallet(Hex.parse(`0x${randomBytes(32).toString('hex')}`), NETWORKS.local);
  const signer = {
    chainId: NETWORKS.local.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
  const options = { url, signer, now: () => new Date() };
  const market = new EmMarket({ ...options, network: 'base-sepolia' });
  const operator = new EmOperator(options);
  return {
    market,
    operator,
    publish: async (tasks: TaskId[]): Promise<Answer<unknown>> => {
      const answer = await market.publish(BOUNTY, randomBytes(12).toString('hex'));
      if (answer.ok) tasks.push(answer.value.id);
      return answer;
    },
  };
}

/** What an economy asks: much reading, some writing. */
async function sample(
  i: number,
  due: number,
  {
    traders,
    tasks,
    samples,
  }: { readonly traders: readonly Trader[]; readonly tasks: TaskId[]; readonly samples: Sample[] },
): Promise<void> {
  const trader = traders[i % traders.length];
  const task = tasks[(i * 7) % tasks.length];
  if (trader === undefined || task === undefined) throw new Error('No trader has published.');
  const calls: Readonly<Record<string, () => Promise<Answer<unknown>>>> = {
    task: () => trader.market.task(task),
    browse: () => trader.market.available({ skill: 'bench_only', limit: 20 }),
    own: () => trader.operator.own({ limit: 20, offset: 0 }),
    publish: () => trader.publish(tasks),
  };
  const call =
    ['task', 'browse', 'task', 'own', 'task', 'publish', 'task', 'browse', 'task', 'own'][i % 10] ??
    'task';
  const answer = await calls[call]?.();
  samples.push({ call, ms: performance.now() - due, ok: answer?.ok === true });
}

function rowsOf(samples: readonly Sample[]): readonly MarketRow[] {
  const byCall = Map.groupBy(samples, ({ call }) => call);
  return [...byCall].map(([call, all]) => ({
    call,
    requests: all.length,
    refused: all.filter(({ ok }) => !ok).length,
    p50Ms: quantile(all, 0.5),
    p95Ms: quantile(all, 0.95),
  }));
}

function quantile(samples: readonly Sample[], q: number): number {
  const sorted = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) * q)] ?? 0) * 10) / 10;
}

function text({ rate, perSecond, p95Ms, rows }: MarketBench): string {
  const lines = rows.map((row) => [
    row.call,
    `${row.requests}`,
    `${row.refused}`,
    `${row.p50Ms}`,
    `${row.p95Ms}`,
  ]);
  return `${table(['CALL', 'REQUESTS', 'REFUSED', 'P50 MS', 'P95 MS'], lines)}\n\n${rate}/s asked, ${perSecond}/s answered, p95 ${p95Ms} ms`;
}
