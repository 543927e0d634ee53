import type { Command } from 'commander';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { chainAlone, dynamoAlone } from './floors.ts';
import { atRate, type Call, flatOut, quantile, type Sample, tenths } from './load.ts';
import { type Addresses, besideMarket } from './market/alone.ts';
import { type MemoryRow, memoryAt } from './market/memory.ts';
import { type CallName, SIGNED_MIX, Traders } from './market/traders.ts';

interface Options {
  readonly json: boolean;
  readonly rate: number;
  readonly seconds: number;
  readonly agents: number;
  readonly tasks: number;
}

interface Row {
  readonly call: string;
  readonly requests: number;
  readonly refused: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** How one server did: at the asked rate, and with as many requests as it can take. */
interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly mostPerSecond: number;
}

interface MarketBench {
  /** Signed requests a second; a fifth as many unsigned ones, for what anyone may browse, come on top. */
  readonly rate: number;
  readonly market: Measured;
  readonly rows: readonly Row[];
  /** With `--tasks`: the market among few and many. */
  readonly memory: readonly MemoryRow[];
  readonly floors: Readonly<Record<'dynamodb' | 'anvil', Measured>>;
  /** The market's figure over the floor's. */
  readonly ratios: Readonly<
    Record<'dynamodb' | 'anvil', { readonly p95: number; readonly mostPerSecond: number }>
  >;
}

const BROWSE_EVERY = 11;
/** Requests under way at once when it is asked for the most. */
const WORKERS = 8;

export function addMarketBench(program: Command): void {
  program
    .command('market')
    .description(
      'Mixed signed requests at a steady rate against a market of its own, beside DynamoDB alone and anvil alone.',
    )
    .option('--rate <n>', 'signed requests a second', wholeNumber, 100)
    .option('--seconds <n>', 'how long', wholeNumber, 10)
    .option('--agents <n>', 'how many wallets sign', wholeNumber, 24)
    .option('--tasks <n>', 'memory with so many tasks in the table, too', wholeNumber, 0)
    .option('--json', 'prints one JSON value', false)
    .action((options: Options) =>
      besideMarket((market) => bench(options, market))
        .then((result) => {
          print(options.json, result, () => text(result));
        })
        .catch(fail),
    );
}

async function bench(options: Options, addresses: Addresses): Promise<MarketBench> {
  const traders = await Traders.open(addresses.url, options.agents);
  const call: Call = (i) => {
    const name: CallName =
      i % BROWSE_EVERY === 0 ? 'browse' : (SIGNED_MIX[i % SIGNED_MIX.length] ?? 'task');
    return { call: name, done: traders.call(name, i).then(({ ok }) => ok) };
  };
  const { rate, seconds } = options;
  // as V8 needs it
  await flatOut(call, { workers: WORKERS, seconds });
  const total = { rate: (rate * BROWSE_EVERY) / (BROWSE_EVERY - 1), seconds };
  const samples = await atRate(call, total);
  const market = await measured(samples, call, options);
  const floors = {
    dynamodb: await alone(dynamoAlone(addresses), { ...options, ...total }),
    anvil: await alone(chainAlone(addresses), { ...options, ...total }),
  };
  const memory = options.tasks > 0 ? await memoryAt(call, options, addresses) : [];
  return {
    rate,
    market,
    memory,
    rows: rowsOf(samples),
    floors,
    ratios: { dynamodb: ratio(market, floors.dynamodb), anvil: ratio(market, floors.anvil) },
  };
}

async function alone(call: Call, load: Pick<Options, 'rate' | 'seconds'>): Promise<Measured> {
  await flatOut(call, { workers: WORKERS, seconds: 1 });
  return measured(await atRate(call, load), call, load);
}

async function measured(
  samples: readonly Sample[],
  call: Call,
  { seconds }: Pick<Options, 'seconds'>,
): Promise<Measured> {
  const most = await flatOut(call, { workers: WORKERS, seconds: Math.min(5, seconds) });
  return {
    perSecond: tenths(samples.length / seconds),
    p50Ms: quantile(samples, 0.5),
    p95Ms: quantile(samples, 0.95),
    mostPerSecond: tenths(most.length / Math.min(5, seconds)),
  };
}

function ratio(market: Measured, floor: Measured) {
  return {
    p95: tenths(market.p95Ms / floor.p95Ms),
    mostPerSecond: Math.round((market.mostPerSecond / floor.mostPerSecond) * 1000) / 1000,
  };
}

function rowsOf(samples: readonly Sample[]): readonly Row[] {
  const byCall = Map.groupBy(samples, ({ call }) => call);
  return [...byCall].map(([call, all]) => ({
    call,
    requests: all.length,
    refused: all.filter(({ ok }) => !ok).length,
    p50Ms: quantile(all, 0.5),
    p95Ms: quantile(all, 0.95),
  }));
}

function text({ rate, market, rows, memory, floors, ratios }: MarketBench): string {
  const calls = rows.map((row) => [
    row.call,
    `${row.requests}`,
    `${row.refused}`,
    `${row.p50Ms}`,
    `${row.p95Ms}`,
  ]);
  const line = (name: string, { perSecond, p50Ms, p95Ms, mostPerSecond }: Measured) => [
    name,
    `${perSecond}`,
    `${p50Ms}`,
    `${p95Ms}`,
    `${mostPerSecond}`,
  ];
  const beside = [
    line(`market, ${rate}/s signed`, market),
    line('DynamoDB alone', floors.dynamodb),
    line('anvil alone', floors.anvil),
  ];
  return [
    table(['CALL', 'REQUESTS', 'REFUSED', 'P50 MS', 'P95 MS'], calls),
    table(['', 'ASKED/S', 'P50 MS', 'P95 MS', 'MOST/S'], beside),
    `The market's p95 is ${ratios.dynamodb.p95} times DynamoDB's and ${ratios.anvil.p95} times anvil's.`,
    ...memory.map(
      ({ tasks, peakRssMb, p95Ms }) =>
        `Among ${tasks} tasks: ${peakRssMb} MB at most in one process of the market, p95 ${p95Ms} ms.`,
    ),
  ].join('\n\n');
}
