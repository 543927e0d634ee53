import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { PRODUCTS } from '#contract/products.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { type Economy, startEconomy } from '../local/economy/economy.ts';
import { DEFAULT_PORT_BASE, portsFrom } from '../local/economy/ports.ts';
import { readAll, settledDeals, unfinished } from '../local/economy/progress.ts';
import { type RunReport, report } from '../local/economy/report.ts';
import { FIRST_DAYS, writeSyntheticChat } from '../local/economy/synthetic-chat.ts';
import { type Collected, collectLogs, isFolder, logFilesIn } from '../local/economy/uploads.ts';
import { blame, endOnFault } from './faults.ts';
import { elapsed, goOn } from './feed.ts';
import { LiveView } from './live-view.ts';
import type { LogFile } from './logs/uploader.ts';
import { portBase, STATE_DIR, wholeNumber } from './options.ts';
import { fail } from './output.ts';
import { showReport } from './run-report.ts';

interface Flags {
  readonly dir: string;
  readonly fresh: boolean;
  readonly once: boolean;
  readonly json: boolean;
  readonly logs?: string;
  readonly seed: number;
  readonly beat: number;
  readonly portBase: number;
  readonly feed: number;
  readonly patience: number;
}

/** What the schedule of the local stage says; the local scheduler only goes faster. */
const SCHEDULED_SECONDS = 300;

export function addUp(program: Command): void {
  program
    .command('up')
    .description(
      'Runs the whole economy on this machine and shows it. Ctrl-C stops it; the next start goes on where it stood.',
    )
    .option('--logs <folder>', 'chat logs to start from; without it a made-up chat is written')
    .option(
      '--once',
      'one whole supply chain over the logs, a report, and out: exit 0 only if all of it holds',
      false,
    )
    .option('--json', 'with --once: print the report as one JSON object and nothing else', false)
    .option('--fresh', 'forget what the state folder holds', false)
    .option('--dir <folder>', 'state folder', STATE_DIR)
    .option('--seed <n>', 'seed of the made-up chat', wholeNumber, 7)
    .option('--beat <seconds>', 'time between the beats of an agent', Number, 2)
    .option(
      '--feed <seconds>',
      'without --once: a new day of made-up chat this often, once the deals of the last are done; 0 for never',
      wholeNumber,
      // long enough for what was made of a day to be sold, and then to lie at the direct door
      300,
    )
    .option('--port-base <port>', 'first of ten ports', portBase, DEFAULT_PORT_BASE)
    .option(
      '--patience <seconds>',
      'with --once: give up after so long without a settled deal',
      wholeNumber,
      180,
    )
    .action((flags: Flags) =>
      up(flags).catch((error: unknown) => {
        fail(blame(error, flags.dir));
      }),
    );
}

async function up(flags: Flags): Promise<void> {
  if (!(flags.beat > 0))
    throw new CannotStart(
      `--beat ${flags.beat} is no time between beats: give seconds above 0, such as 2.`,
    );
  if (flags.json && !flags.once)
    throw new CannotStart('--json is the report of one run: add --once.');
  const view = new LiveView((line) => {
    if (flags.json) console.error(line);
    else console.log(line);
  });
  const files = await filesOf(flags, view);
  const errors: string[] = [];
  const economy = await start(flags, view);
  const stopping = onSignals(economy);
  try {
    const collected = await collect(economy, files, view);
    if (flags.once) expectEnough(collected);
    economy.cloud.scheduler.start();
    if (flags.once)
      showReport(await oneChain({ flags, economy, collected, errors, stopping }), flags.json);
    else await live(flags, { economy, collected, stopping }, view);
  } finally {
    await economy.stop();
  }
}

function syntheticLogsIn(dir: string): string {
  return join(resolve(dir), 'synthetic-logs');
}

async function filesOf({ logs, dir, seed }: Flags, view: LiveView): Promise<readonly LogFile[]> {
  if (logs !== undefined) return logFilesIn(logs);
  const folder = syntheticLogsIn(dir);
  if (!(await isFolder(folder)))
    await writeSyntheticChat(folder, { from: 0, to: FIRST_DAYS, seed });
  view.step(`No --logs given: a synthetic chat lies in ${folder}; nobody in it is real.`);
  return logFilesIn(folder);
}

async function start(flags: Flags, view: LiveView): Promise<Economy> {
  const { dir, fresh, beat } = flags;
  endOnFault(dir);
  view.step('Building the rooms and synthesizing the stage (only what has changed)...');
  const economy = await startEconomy({
    dir,
    isFresh: fresh,
    ports: portsFrom(flags.portBase),
    speed: SCHEDULED_SECONDS / beat,
    onLog: (room, line) => {
      view.log(room, line);
    },
    onIrcLine: (line) => {
      view.irc(line);
    },
  });
  view.addresses(economy.connection);
  return economy;
}

async function collect(
  { clients }: Economy,
  files: readonly LogFile[],
  view: LiveView,
): Promise<Collected> {
  view.step(`Uploading ${files.length} log files to S3; room collect-logs takes them from there.`);
  const collected = await collectLogs(files, {
    clients,
    onProgress: (done, total) => {
      view.step(`${done} of ${total} files collected`);
    },
  });
  for (const { source, reason } of collected.refused) view.step(`quarantined ${source}: ${reason}`);
  view.step(
    `Corpus ${collected.pointer.version.slice(0, 16)}: ${collected.pointer.messages} messages in ${collected.pointer.days} days. The agents wake.`,
  );
  return collected;
}

/** A chain that nobody would begin is not waited for. */
function expectEnough({ pointer: { messages } }: Collected): void {
  const { minimumRecords } = PRODUCTS.raw_logs;
  if (messages >= minimumRecords) return;
  throw new CannotStart(
    `The logs hold ${messages} messages, but nobody buys fewer than ${minimumRecords}: add more logs.`,
  );
}

interface OneRun {
  readonly flags: Flags;
  readonly economy: Economy;
  readonly collected: Collected;
  readonly errors: string[];
  readonly stopping: AbortSignal;
}

/** Waits until every want is bought, paid, said and booked, then reports; gives up when nothing has settled for long. */
async function oneChain(run: OneRun): Promise<RunReport> {
  const { flags, economy, collected, errors } = run;
  const firstDealSeconds = await waitForAll(run);
  economy.cloud.scheduler.stop();
  return report({
    clients: economy.clients,
    dir: resolve(flags.dir),
    collected,
    peakMb: roomPeaks(economy.cloud.peakMb()),
    seconds: round(process.uptime()),
    firstDealSeconds: round(firstDealSeconds),
    errors,
  });
}

/** Returns when the first deal was seen settled, in seconds from the process's start. */
async function waitForAll({
  flags,
  economy,
  collected,
  errors,
  stopping,
}: OneRun): Promise<number> {
  const generation = collected.pointer.version.slice(0, 16);
  let first = 0;
  let settled = 0;
  let since = Date.now();
  for (;;) {
    const library = await readAll(economy.clients);
    const deals = settledDeals(library).length;
    if (deals > settled) [settled, since] = [deals, Date.now()];
    if (deals > 0 && first === 0) first = process.uptime();
    if (unfinished(library, generation).length === 0) return first;
    if (stopping.aborted) errors.push('stopped by a signal');
    if (Date.now() - since > flags.patience * 1000)
      errors.push(`no deal settled within ${flags.patience} s`);
    if (errors.length > 0) return first;
    await sleep(250);
  }
}

/** Functions are named by stage, room and agent; a room's peak is its hungriest process. */
function roomPeaks(peaks: Readonly<Record<string, number>>): Record<string, number> {
  const rooms: Record<string, number> = {};
  for (const [name, megabytes] of Object.entries(peaks)) {
    const room = name.replace(/^economia-viva-local-/, '').replace(/-kk-.*$/, '');
    rooms[room] = Math.max(rooms[room] ?? 0, Math.round(megabytes));
  }
  return rooms;
}

/** Until Ctrl-C; every now and then the stream goes on and a new day of chat arrives. */
async function live(
  { dir, logs, seed, feed }: Flags,
  run: Pick<OneRun, 'economy' | 'collected' | 'stopping'>,
  view: LiveView,
): Promise<void> {
  const { economy, collected, stopping } = run;
  const { clients } = economy;
  const stream = { folder: syntheticLogsIn(dir), seed, seconds: feed };
  const onTrouble = (error: unknown) => {
    const why = blame(error, dir);
    view.step(why instanceof Error ? why.message : String(why));
  };
  const onDay = () => {
    view.step('A new day of chat has been streamed.');
  };
  if (logs === undefined && feed > 0)
    await goOn(stream, { clients, collected, stopping, onDay, onTrouble });
  else while (await elapsed(3_600_000, stopping));
  view.step('Stopping; the next `npm start` goes on from here.');
}

function onSignals({ stop }: Economy): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    // a second Ctrl-C does not wait for what still runs
    if (controller.signal.aborted) void stop().finally(() => process.exit(130));
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
