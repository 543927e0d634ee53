import { Command } from 'commander';
import { fuzzLogs } from './fuzz/logs.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, print } from './viva/output.ts';

interface Options {
  readonly n: number;
  readonly seed: number;
  readonly json: boolean;
}

const program = new Command('fuzz').description('Gives damaged input to parts of Economía Viva.');
program
  .command('logs')
  .description('Damaged log files of every format: never a throw, never a lost neighbour.')
  .option('--n <count>', 'files', wholeNumber, 100_000)
  .option(
    '--seed <seed>',
    'of the first file; a failing one is replayed with --n 1',
    wholeNumber,
    1,
  )
  .option('--json', 'prints one JSON value', false)
  .action(async ({ n, seed, json }: Options) => {
    const failures: { seed: number; what: string }[] = [];
    for (let each = seed; each < seed + n && failures.length < 20; each += 1) {
      const what = await fuzzLogs(each);
      if (what !== undefined) failures.push({ seed: each, what });
    }
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    process.exitCode = failures.length === 0 ? 0 : 1;
    print(json, { n, seed, ok: failures.length === 0, failures, peakRssMb }, () =>
      failures.length === 0
        ? `${n} files read, peak ${peakRssMb} MB.`
        : failures.map((failure) => `seed ${failure.seed}: ${failure.what}`).join('\n'),
    );
  });

await program.parseAsync().catch(fail);
