import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { Plant } from './simulate/plant.ts';
import { simulateAll } from './simulate/pool.ts';
import { type SeedReport, simulate } from './simulate/seed.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, paint } from './viva/output.ts';

interface Flags {
  readonly seeds: number;
  readonly seed?: number;
  readonly from: number;
  readonly days: number;
  readonly threads: number;
  readonly plant?: Plant;
  readonly json: boolean;
}

/** What the simulation answers on stdout. */
interface Report {
  readonly seeds: number;
  readonly deals: number;
  readonly faults: number;
  readonly violations: readonly { readonly seed: number; readonly invariant: string }[];
  readonly ok: boolean;
}

const program = new Command('simulate')
  .description(
    'Lives through made-up days of the whole roster, each seed with its own crashes, lost messages, outages and reorganised receipts, and checks that no money was lost, paid twice or left behind.',
  )
  .option('--seeds <n>', 'how many histories', wholeNumber, 100)
  .option('--from <n>', 'the first seed', wholeNumber, 1)
  .option('--seed <n>', 'replay this one and print every call of it', wholeNumber)
  .option('--days <n>', 'days of weather in each', wholeNumber, 3)
  .option('--threads <n>', 'histories at the same time', wholeNumber, availableParallelism())
  .addOption(
    new Option('--plant <fault>', 'make this go wrong on purpose, to see that it is found').choices(
      Plant.options,
    ),
  )
  .option('--json', 'print the result as one JSON object and nothing else', false)
  .showHelpAfterError('(add --help to see what there is)')
  .action((flags: Flags) => run(flags).catch(fail));
await program.parseAsync();

async function run(flags: Flags): Promise<void> {
  const report = flags.seed === undefined ? await many(flags) : await replay(flags.seed, flags);
  console.log(flags.json ? JSON.stringify(report) : inWords(report));
  process.exitCode = report.ok ? 0 : 1;
}

async function many({ seeds, from, days, threads, plant }: Flags): Promise<Report> {
  const reports: SeedReport[] = [];
  const began = Date.now();
  await simulateAll({ first: from, count: seeds, days, plant }, threads, (report) => {
    reports.push(report);
    const seconds = ((Date.now() - began) / 1000).toFixed(0).padStart(4);
    for (const words of report.violations)
      console.error(`${seconds} s  seed ${report.seed}: ${paint('red', words, process.stderr)}`);
    if (reports.length % 25 === 0) console.error(`${seconds} s  ${reports.length} of ${seeds}`);
  });
  return reportOf(reports);
}

/** Every call to stderr: stdout is the result's. */
async function replay(seed: number, { days, plant }: Flags): Promise<Report> {
  return reportOf([
    await simulate(seed, {
      days,
      plant,
      note: (line) => {
        console.error(line);
      },
    }),
  ]);
}

function reportOf(reports: readonly SeedReport[]): Report {
  const sorted = reports.toSorted((a, b) => a.seed - b.seed);
  const violations = sorted.flatMap(({ seed, violations: found }) =>
    found.map((invariant) => ({ seed, invariant })),
  );
  const total = (of: (report: SeedReport) => number) =>
    reports.reduce((sum, report) => sum + of(report), 0);
  return {
    seeds: reports.length,
    deals: total(({ deals }) => deals),
    faults: total(({ faults }) => faults),
    violations,
    ok: violations.length === 0,
  };
}

function inWords({ seeds, deals, faults, violations, ok }: Report): string {
  const head = `${seeds} histories, ${deals} deals, ${faults} faults`;
  if (ok) return paint('green', `${head}: every invariant holds.`);
  const lines = violations.map(({ seed, invariant }) => `  seed ${seed}: ${invariant}`);
  return [paint('red', `${head}:`), ...lines, 'Replay one with --seed N.'].join('\n');
}
