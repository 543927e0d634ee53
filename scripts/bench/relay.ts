import { loadavg } from 'node:os';
import type { Command } from 'commander';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { type Memory, memory, type Reconnect, reconnect } from './relay/crowds.ts';
import { Scene } from './relay/scene.ts';
import { type Inbound, inbound, type Latencies, latencies } from './relay/speeds.ts';

export interface RelayBenchOptions {
  readonly lines: number;
  readonly seconds: number;
  readonly connections: readonly number[];
  /** Zero: nothing of it. */
  readonly reconnecting: number;
}

export interface RelayBench extends Latencies {
  readonly inbound: Inbound;
  readonly memory: readonly Memory[];
  readonly reconnect?: Reconnect;
  /** Of the machine, over the last minute, before and after. */
  readonly load: readonly number[];
  /** What is not as it should be. */
  readonly missed: readonly string[];
}

/** MB that the relay may take with so many connections. */
const MOST_MB: Readonly<Record<number, number>> = { 7: 120, 100: 150, 1000: 400 };

export function addRelayBench(program: Command): void {
  program
    .command('relay')
    .description(
      'Lines through the IRC relay in both directions beside irc-framework alone, its memory by connections, and its return.',
    )
    .option('--lines <n>', 'inbound, as fast as they are read', wholeNumber, 20_000)
    .option('--seconds <n>', 'of each measured latency and of the pace', wholeNumber, 10)
    .option('--connections <list>', 'memory with so many', numbers, [7, 100, 1000])
    .option('--reconnecting <n>', 'connections that lose their server', wholeNumber, 100)
    .option('--json', 'prints one JSON value', false)
    .action(({ json, ...options }: RelayBenchOptions & { readonly json: boolean }) =>
      benchRelay(options)
        .then((result) => {
          print(json, result, () => text(result));
        })
        .catch(fail),
    );
}

function numbers(list: string): number[] {
  return list.split(',').map(wholeNumber);
}

export async function benchRelay(options: RelayBenchOptions): Promise<RelayBench> {
  const scene = await Scene.open();
  const before = loadavg()[0] ?? 0;
  try {
    const measured = {
      inbound: await inbound(scene, options.lines),
      ...(await latencies(scene, options.seconds)),
      memory: await inTurn(options.connections, (count) => memory(scene, count)),
      ...(options.reconnecting > 0 && { reconnect: await reconnect(scene, options.reconnecting) }),
    };
    const load = [before, loadavg()[0] ?? 0].map((each) => Math.round(each * 10) / 10);
    return { ...measured, load, missed: missed(measured) };
  } finally {
    await scene.close();
  }
}

async function inTurn<From, To>(
  list: readonly From[],
  make: (one: From) => Promise<To>,
): Promise<To[]> {
  const made: To[] = [];
  for (const one of list) made.push(await make(one));
  return made;
}

function missed(result: Omit<RelayBench, 'load' | 'missed'>): string[] {
  const { channelToQueue, queueToChannel, outbound, reconnect: back } = result;
  const { configuredPerSecond: wanted, measuredPerSecond: got } = outbound;
  const tooMuch = result.memory.filter(
    ({ connections, rssMb }) => rssMb >= (MOST_MB[connections] ?? Infinity),
  );
  const wrong: readonly (readonly [boolean, string])[] = [
    [result.inbound.relayPerSecond < 2000, 'inbound: below 2,000 lines a second'],
    [channelToQueue.p99Ms >= 50, 'channel to queue: p99 of 50 ms or more'],
    [queueToChannel.p95Ms >= 100, 'queue to channel: p95 of 100 ms or more'],
    [got < wanted * 0.9 || got > wanted * 1.05, `outbound: ${got} a second, ${wanted} configured`],
    ...tooMuch.map(
      ({ connections, rssMb }) => [true, `${connections} connections: ${rssMb} MB`] as const,
    ),
    [back !== undefined && back.seconds > 30, `reconnect: ${back?.seconds ?? 0} s`],
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

function text({ inbound: come, memory: rows, reconnect: back, ...rest }: RelayBench): string {
  const { channelToQueue: to, queueToChannel: from, outbound, load } = rest;
  return [
    `Inbound: ${come.relayPerSecond} lines/s to the queue, ${come.ofIrcFramework} of irc-framework alone (${come.ircFrameworkPerSecond}/s), with ${come.cpuOfIrcFramework} times its CPU.`,
    `Channel to queue at ${to.perSecond}/s: p50 ${to.p50Ms} ms, p99 ${to.p99Ms} ms. Queue to channel at ${from.perSecond}/s: p50 ${from.p50Ms} ms, p95 ${from.p95Ms} ms.`,
    `Outbound: ${outbound.measuredPerSecond} lines/s for each agent, ${outbound.configuredPerSecond} configured.`,
    table(
      ['CONNECTIONS', 'RSS MB', 'ALL IN AFTER S'],
      rows.map(({ connections, rssMb, seconds }) => [`${connections}`, `${rssMb}`, `${seconds}`]),
    ),
    ...(back === undefined
      ? []
      : [
          `${back.connections} back within ${back.seconds} s, at most ${back.mostInOneSecond} begun in one second.`,
        ]),
    `Load ${load.join(' to ')}.`,
    ...rest.missed.map((what) => `Missed: ${what}.`),
  ].join('\n');
}
