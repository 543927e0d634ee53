import type { Command } from 'commander';
import { HOURS, PRICES } from '../cost/prices.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { benchBeats } from './beats.ts';
import { hundredths } from './load.ts';

const SIZES = [128, 192, 256, 384, 512, 768, 1024];
const AGENTS = 7;
/** Lambda gives one whole core at this size, and a share in proportion below: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_PER_CORE = 1_769;
/** What a beat waits for others, in seconds: some twenty round trips within a region, market and chain among them. Assumed. */
const WAITING = 0.3;
/** Of the limit, what the peak may take: goods are made in what is left. */
const FILLED = 0.75;
const BEATS_A_MONTH = (HOURS * 60) / 5;

/** The heartbeat at one memory size. CPU as counted by the kernel here; seconds as that CPU lasts at Lambda's share of a core. */
interface MemoryRow {
  readonly memoryMb: number;
  /** Invocations that failed: killed for memory, or out of time. */
  readonly failed: number;
  readonly peakMb: number;
  readonly fits: boolean;
  /** CPU of a start and first beat, and of a beat that finds nothing to do. */
  readonly firstCpuMs: number;
  readonly idleCpuMs: number;
  readonly firstSeconds: number;
  readonly idleSeconds: number;
  /** Of warm idle beats every five minutes, before what is free. */
  readonly usdPerAgentMonth: number;
}

interface MemoryBench {
  readonly rows: readonly MemoryRow[];
  readonly rule: string;
  readonly chosenMb: number | undefined;
}

const RULE = `the least size at which nothing fails and the peak is at most ${FILLED * 100} % of it: CPU costs the same at every size, waiting costs more with each`;

export function addMemoryBench(program: Command): void {
  program
    .command('memory')
    .description('The heartbeat at 128 to 1024 MB in the local sandbox, and which size follows.')
    .option('--sizes <list>', 'in MB', (list: string) => list.split(',').map(wholeNumber), SIZES)
    .option('--json', 'prints one JSON value', false)
    .action(({ sizes, json }: { readonly sizes: readonly number[]; readonly json: boolean }) =>
      benchMemory(sizes, (done) => {
        if (!json) console.error(done);
      })
        .then((result) => {
          print(json, result, () => text(result));
        })
        .catch(fail),
    );
}

async function benchMemory(
  sizes: readonly number[],
  tell: (done: string) => void,
): Promise<MemoryBench> {
  const rows: MemoryRow[] = [];
  for (const memoryMb of sizes) {
    rows.push(await at(memoryMb));
    tell(`${memoryMb} MB: ${rows.at(-1)?.fits === true ? 'fits' : 'does not fit'}`);
  }
  return { rows, rule: RULE, chosenMb: rows.find(({ fits }) => fits)?.memoryMb };
}

async function at(memoryMb: number): Promise<MemoryRow> {
  const given = { agents: AGENTS, atOnce: 1, memoryMb };
  const { rounds, peakMb } = await benchBeats(given, () => undefined);
  const [first, due] = rounds;
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const [firstCpuMs, idleCpuMs] = [first?.cpuMs ?? 0, due?.cpuMs ?? 0];
  const seconds = (cpuMs: number) =>
    hundredths(WAITING + cpuMs / 1000 / Math.min(1, memoryMb / MB_PER_CORE));
  const gigabyteSeconds = (memoryMb / 1024) * seconds(idleCpuMs) * BEATS_A_MONTH;
  return {
    memoryMb,
    failed,
    peakMb,
    fits: failed === 0 && peakMb <= FILLED * memoryMb,
    firstCpuMs,
    idleCpuMs,
    firstSeconds: seconds(firstCpuMs),
    idleSeconds: seconds(idleCpuMs),
    usdPerAgentMonth: hundredths(gigabyteSeconds * PRICES.lambdaTime.each),
  };
}

function text({ rows, rule, chosenMb }: MemoryBench): string {
  return [
    table(
      Object.keys(rows[0] ?? {}),
      rows.map((row) => Object.values(row).map(String)),
    ),
    `Rule: ${rule}. Chosen: ${chosenMb === undefined ? 'none of these' : `${chosenMb} MB`}.`,
  ].join('\n\n');
}
