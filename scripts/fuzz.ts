import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import type { MarketFuzz } from './fuzz/market.ts';
import { peakRssMb } from './local/cloud/process-facts.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, print } from './viva/output.ts';

interface Options {
  readonly n: number;
  readonly seed: number;
  readonly json: boolean;
}

/** What the process may take, with the damaged files themselves, of which some have 10 MB. */
const MOST_RSS_MB = 512;

// each fuzzer is loaded alone: what the others need would count as its memory
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
  .action(async (options: Options) => {
    const { fuzzLogs } = await import('./fuzz/logs.ts');
    const hunted = await hunt(options, fuzzLogs);
    tell(options, 'files', hunted);
  });

program
  .command('irc')
  .description('Damaged IRC lines: no throw, nothing that begins another line, nothing that grows.')
  .option('--n <count>', 'lines', wholeNumber, 1_000_000)
  .option(
    '--seed <seed>',
    'of the first line; a failing one is replayed with --n 1',
    wholeNumber,
    1,
  )
  .option('--json', 'prints one JSON value', false)
  .action(async (options: Options) => {
    const { IrcFuzz } = await import('./fuzz/irc.ts');
    const fuzz = new IrcFuzz();
    const hunted = await hunt(options, async (each) => {
      // a loop that never lets go keeps freed buffers waiting for their turn
      if (each % 1_000 === 0) await setImmediate();
      return fuzz.line(each);
    });
    tell(options, 'lines', { ...hunted, counts: fuzz.counts });
  });

program
  .command('market')
  .description(
    'Requests of every shape against a market and a storefront of its own: no 5xx but 502, no state corrupted.',
  )
  .option('--n <count>', 'requests', wholeNumber, 10_000)
  .option('--seed <seed>', 'of all requests', wholeNumber, 1)
  .option('--json', 'prints one JSON value', false)
  .action(async ({ n, seed, json }: Options) => {
    const [{ besideEconomy }, { fuzzMarket }] = await Promise.all([
      import('./fuzz/market/target.ts'),
      import('./fuzz/market.ts'),
    ]);
    const result = await besideEconomy((target) => fuzzMarket(target, { n, seed }));
    const ok = result.wrong.length === 0;
    process.exitCode = ok ? 0 : 1;
    print(json, { n, seed, ok, ...result }, () => marketText(result));
  });

interface Hunted {
  readonly failures: readonly { readonly seed: number; readonly what: string }[];
  readonly peakRssMb: number;
  /** What else is told of the run, by name. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Tries one input after the other, until twenty have failed; `attempt` says what was wrong, if anything. */
async function hunt(
  { n, seed }: Options,
  attempt: (seed: number) => Promise<string | undefined>,
): Promise<Hunted> {
  const failures: { seed: number; what: string }[] = [];
  for (let each = seed; each < seed + n && failures.length < 20; each += 1) {
    const what = await attempt(each);
    if (what !== undefined) failures.push({ seed: each, what });
  }
  return { failures, peakRssMb: Math.round(peakRssMb()) };
}

function tell(
  { n, seed, json }: Options,
  unit: string,
  { failures, peakRssMb, counts = {} }: Hunted,
): void {
  const isBounded = peakRssMb <= MOST_RSS_MB;
  const ok = failures.length === 0 && isBounded;
  process.exitCode = ok ? 0 : 1;
  print(json, { n, seed, ok, failures, ...counts, peakRssMb }, () =>
    [
      ...failures.map((failure) => `seed ${failure.seed}: ${failure.what}`),
      `${n} ${unit}, ${failures.length} failures, peak ${peakRssMb} MB${isBounded ? '' : `, above ${MOST_RSS_MB}`}.`,
      ...Object.entries(counts).map(([name, count]) => `${count} ${name}`),
    ].join('\n'),
  );
}

function marketText({ requests, statuses, tasks, locks, wrong }: MarketFuzz): string {
  if (wrong.length > 0) return wrong.join('\n');
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  return `${requests} requests answered (${counted(statuses)}), ${locks} locks; tasks: ${counted(tasks)}.`;
}

await program.parseAsync().catch(fail);
