import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type ChaosReport, chaos } from './chaos/economy.ts';
import { freePortBase } from './chaos/free-ports.ts';
import { type IrcChaosReport, ircChaos } from './chaos/irc.ts';
import { logsChaos } from './chaos/logs.ts';
import { dice } from './local/economy/synthetic-chat.ts';
import { wholeNumber } from './viva/options.ts';
import { fail, paint } from './viva/output.ts';

interface Flags {
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
  readonly logs?: string;
  readonly dir?: string;
  readonly beat: string;
  readonly portBase?: number;
}

interface IrcFlags {
  readonly lines: number;
  readonly rate: number;
  readonly kills: number;
  readonly outage: number;
  readonly server: string;
  readonly seed: number;
  readonly json: boolean;
}

const program = new Command('chaos')
  .description('Kills what runs, and proves that nothing is lost or paid twice.')
  .showHelpAfterError('(add --help to see what there is)');
program
  .command('economy')
  .description(
    'Runs whole supply chains, kills rooms, the chain, the main process or everything with SIGKILL at random moments, starts again what died of it, and counts deals, payments and orphans from outside.',
  )
  .option('--kills <n>', 'how often to kill', wholeNumber, 20)
  .option('--seed <n>', 'seed of moments and victims', wholeNumber, 1)
  .option('--json', 'print the result as one JSON object and nothing else', false)
  .option('--logs <folder>', 'chat logs to start from; without it a made-up chat is written')
  .option(
    '--dir <folder>',
    'keeps the state of every round there (default: nothing is kept of what went well)',
  )
  .option('--beat <seconds>', 'time between the beats of an agent', '1')
  .option('--port-base <port>', 'first of ten ports (default: found free)', wholeNumber)
  .action((flags: Flags) => run(flags).catch(fail));
program
  .command('logs')
  .description(
    'Uploads growing logs to a local cloud, kills its collectors or all of it with SIGKILL at random moments, lets it finish, and compares the corpus with that of a calm run.',
  )
  .option('--kills <n>', 'how often to kill', wholeNumber, 20)
  .option('--seed <n>', 'seed of moments and victims', wholeNumber, 1)
  .option('--json', 'print the result as one JSON object and nothing else', false)
  .option('--port-base <port>', 'first of ten ports (default: found free)', wholeNumber)
  .action((flags: Flags) => runLogs(flags).catch(fail));
program
  .command('irc')
  .description(
    'Agents speak and people answer while the server and the relay are killed, SQS is away, a nick is stolen and a server never answers; then every line is counted from outside.',
  )
  .option('--lines <n>', 'how many each way', wholeNumber, 10_000)
  .option('--rate <n>', 'lines a second each way', wholeNumber, 200)
  .option('--kills <n>', 'how often to kill relay or server', wholeNumber, 6)
  .option('--outage <seconds>', 'how long SQS is away', wholeNumber, 60)
  .option('--server <kind>', 'embedded or inspircd', 'embedded')
  .option('--seed <n>', 'seed of moments', wholeNumber, 1)
  .option('--json', 'print the result as one JSON object and nothing else', false)
  .action((flags: IrcFlags) => runIrc(flags).catch(fail));
await program.parseAsync();

async function runIrc({ json, server, rate, outage, seed, ...flags }: IrcFlags): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-chaos-irc-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const report = await ircChaos({
    ...flags,
    ircd: server === 'inspircd' ? 'inspircd' : 'embedded',
    perSecond: rate,
    outageMs: outage * 1000,
    dir,
    roll: dice(seed),
    onProgress: (line) => {
      console.error(line);
    },
  });
  if (report.ok) await rm(dir, { recursive: true });
  else console.error(`What the relay kept is left in ${dir}.`);
  console.log(json ? JSON.stringify(report) : ircInWords(report));
  process.exitCode = report.ok ? 0 : 1;
}

function ircInWords({ ok, kills, inbound, notes, violations, ...out }: IrcChaosReport): string {
  const counts = Object.entries({
    'to the channel': out,
    'to the log': inbound,
    'to an inbox': notes,
  });
  const lines = counts.map(
    ([way, { sent, lost, doubled }]) => `${way}: ${sent} sent, ${lost} lost, ${doubled} doubled`,
  );
  const head = `${kills.relay} kills of the relay, ${kills.server} of the server; ${lines.join('; ')}`;
  return paint(ok ? 'green' : 'red', [head, ...violations].join('\n  '));
}

async function runLogs({ kills, seed, json, portBase }: Flags): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-chaos-logs-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const report = await logsChaos({
    kills,
    dir,
    portBase: portBase ?? (await freePortBase()),
    roll: dice(seed),
    onProgress: (line) => {
      console.error(line);
    },
  });
  if (report.ok) await rm(dir, { recursive: true });
  else console.error(`State and logs are left in ${dir}.`);
  const words = `${report.kills} kills: corpus ${report.got.slice(0, 16)}, in a calm run ${report.expected.slice(0, 16)}`;
  console.log(json ? JSON.stringify(report) : paint(report.ok ? 'green' : 'red', words));
  process.exitCode = report.ok ? 0 : 1;
}

async function run({ kills, seed, json, logs, beat, portBase, dir: kept }: Flags): Promise<void> {
  const dir = kept === undefined ? await mkdtemp(join(tmpdir(), 'viva-chaos-')) : resolve(kept);
  await mkdir(dir, { recursive: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const began = Date.now();
  const report = await chaos({
    kills,
    dir,
    keeps: kept !== undefined,
    portBase: portBase ?? (await freePortBase()),
    flags: ['--beat', beat, ...(logs === undefined ? [] : ['--logs', resolve(logs)])],
    roll: dice(seed),
    onProgress: (line) => {
      const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
      console.error(`${paint('dim', seconds, process.stderr)}  ${line}`);
    },
  });
  if (report.ok && kept === undefined) await rmdir(dir);
  else console.error(`State and logs are left in ${dir}.`);
  console.log(json ? JSON.stringify(report) : inWords(report));
  process.exitCode = report.ok ? 0 : 1;
}

function inWords({ kills, rounds, ok, deals, violations }: ChaosReport): string {
  const head = `${kills} kills in ${rounds} rounds, ${deals} deals in each`;
  return ok
    ? paint('green', `${head}: none paid twice, nothing left running.`)
    : [`${head}:`, ...violations.map((line) => `  ${paint('red', line)}`)].join('\n');
}
