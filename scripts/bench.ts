import { Command, InvalidArgumentError } from 'commander';
import { addBeatsBench } from './bench/beats.ts';
import { addColdBench } from './bench/cold.ts';
import { benchLogs, ENGINES, type Engine } from './bench/logs.ts';
import { addMarketBench } from './bench/market.ts';
import type { Row } from './bench/measure.ts';
import { addMemoryBench } from './bench/memory.ts';
import { addMoneyBench } from './bench/money.ts';
import { addRefineBench } from './bench/refine.ts';
import { addRelayBench } from './bench/relay.ts';
import { addUploadsBench } from './bench/uploads.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, print, table } from './viva/output.ts';

interface Options {
  readonly sizes: number[];
  readonly engines: Engine[];
  readonly runs: number;
  readonly giants: boolean;
  readonly json: boolean;
}

const program = new Command('bench').description(
  'Measures the engines of Economía Viva beside their peers.',
);
program
  .command('logs')
  .description(
    'Collects generated logs whole: dedupe, global order, statistics per user, written output without compression.',
  )
  .option('--sizes <list>', 'times 439,129 messages', sizes, [1])
  .option('--engines <list>', `some of ${ENGINES.join(', ')}`, engines, [...ENGINES])
  .option('--runs <n>', 'of which the median is printed', wholeNumber, 1)
  .option('--giants', 'one JSON array of 800 MB and one full.txt of 1 GB as well', false)
  .option('--json', 'prints an array of rows', false)
  .action(async (options: Options) => {
    const rows = await benchLogs(options, (row) => {
      if (!options.json) console.error(`${row.engine} at ${row.size}: ${row.wallMs} ms`);
    });
    print(options.json, rows, () => ratios(rows));
  });

/** Rows with their ratios to the other engines on the same data. */
function ratios(rows: readonly Row[]): string {
  const over = (row: Row, engine: Engine) => {
    const other = rows.find(({ size, engine: name }) => size === row.size && name === engine);
    return other === undefined
      ? ''
      : `${(row.wallMs / other.wallMs).toFixed(2)} (${(row.cpuMs / other.cpuMs).toFixed(2)})`;
  };
  return table(
    [
      'engine',
      'size',
      'messages',
      'wall ms',
      'cpu ms',
      'peak MB',
      'of duckdb, wall (cpu)',
      'of the floor',
    ],
    rows.map((row) => [
      row.engine,
      `${row.size}`,
      `${row.messages}`,
      `${row.wallMs}`,
      `${row.cpuMs}`,
      `${row.peakRssMb}`,
      over(row, 'duckdb'),
      over(row, 'json-parse-floor'),
    ]),
  );
}

function sizes(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

function engines(text: string): Engine[] {
  return text.split(',').map((name) => {
    const engine = ENGINES.find((known) => known === name);
    if (engine === undefined) {
      throw new InvalidArgumentError(`${name} should be one of ${ENGINES.join(', ')}.`);
    }
    return engine;
  });
}

addBeatsBench(program);
addColdBench(program);
addMarketBench(program);
addMemoryBench(program);
addMoneyBench(program);
addRefineBench(program);
addRelayBench(program);
addUploadsBench(program);
await program.parseAsync().catch(fail);
