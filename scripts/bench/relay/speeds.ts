import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { startIrcd } from '../../local/irc/server.ts';
import { quantile, type Sample, tenths } from '../load.ts';
import { startBlast } from './blast.ts';
import type { Scene } from './scene.ts';

/** As many as the roster has; they share one channel. */
const AGENTS = 7;
const CHANNEL = '#hall-0';
/** QUICK's, `layers/adapters/irc/temper.ts`. */
const PACE = { burst: 20, perSecond: 50 };
const BUSY_MS = 20;

export interface Inbound {
  readonly lines: number;
  readonly relayPerSecond: number;
  readonly ircFrameworkPerSecond: number;
  /** The relay's over irc-framework's, which only counts. */
  readonly ofIrcFramework: number;
  /** CPU over CPU. */
  readonly cpuOfIrcFramework: number;
}

/** Each line is heard by seven connections and is one message on the command queue. */
export async function inbound(scene: Scene, lines: number): Promise<Inbound> {
  const relay = await relayInbound(scene, lines);
  const peer = await peerInbound(scene, lines);
  return {
    lines,
    relayPerSecond: Math.round((lines * 1000) / relay.ms),
    ircFrameworkPerSecond: Math.round((lines * 1000) / peer.ms),
    ofIrcFramework: Math.round((peer.ms / relay.ms) * 1000) / 1000,
    cpuOfIrcFramework: tenths(relay.cpuMs / peer.cpuMs),
  };
}

async function relayInbound(scene: Scene, lines: number): Promise<{ ms: number; cpuMs: number }> {
  const blast = await startBlast(scene.certificate);
  const crowd = scene.crowd({ agents: AGENTS, port: blast.port, temper: 'quick' });
  while (blast.joined() < AGENTS) await sleep(BUSY_MS);
  const before = await crowd.look();
  let missing = lines;
  const all = new Promise<void>((resolve) => {
    scene.onSent = () => {
      missing -= 1;
      if (missing === 0) resolve();
    };
  });
  const began = performance.now();
  blast.blast(lines);
  await all;
  const ms = performance.now() - began;
  const { cpuMs } = await crowd.look();
  await crowd.end();
  await blast.close();
  return { ms, cpuMs: cpuMs - before.cpuMs };
}

async function peerInbound(scene: Scene, lines: number): Promise<{ ms: number; cpuMs: number }> {
  const blast = await startBlast(scene.certificate);
  const peer = scene.peer({ port: blast.port, connections: AGENTS, lines });
  while (blast.joined() < AGENTS) await sleep(BUSY_MS);
  const began = performance.now();
  blast.blast(lines);
  const cpuMs = await peer.heard;
  const ms = performance.now() - began;
  await peer.end();
  await blast.close();
  return { ms, cpuMs };
}

export interface Latency {
  readonly perSecond: number;
  readonly lines: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface Latencies {
  readonly channelToQueue: Latency;
  readonly queueToChannel: Latency;
  readonly outbound: {
    readonly configuredPerSecond: number;
    readonly measuredPerSecond: number;
    readonly lines: number;
  };
}

/** Over one running relay and the embedded server: to the queue, from it, and from it as fast as it may. */
export async function latencies(scene: Scene, seconds: number): Promise<Latencies> {
  const said = new Map<string, number>();
  const onLine = ({ text }: { readonly text: string }): void => {
    said.set(text, performance.now());
  };
  const ircd = await startIrcd({ tls: scene.certificate, onLine });
  const crowd = scene.crowd({ agents: AGENTS, port: ircd.port, temper: 'quick' });
  await crowd.allIn(AGENTS);
  const person = await enter(ircd.port);
  const channelToQueue = await toQueue(scene, person, { perSecond: 200, seconds });
  const queueToChannel = await toChannel(scene, said, { perSecond: 50, seconds });
  const outbound = await asFastAsItMay(scene, said, seconds);
  person.destroy();
  await crowd.end();
  await ircd.stop();
  return { channelToQueue, queueToChannel, outbound };
}

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

async function toQueue(scene: Scene, person: TLSSocket, load: Load): Promise<Latency> {
  const arrived = new Map<string, number>();
  scene.onSent = (body) => {
    const text = /"text":"(!status \d+)"/.exec(body)?.[1];
    if (text !== undefined) arrived.set(text, performance.now());
  };
  return paced(load, arrived, (n) => {
    const text = `!status ${n}`;
    person.write(`PRIVMSG ${CHANNEL} :${text}\r\n`);
    return text;
  });
}

function toChannel(scene: Scene, said: Map<string, number>, load: Load): Promise<Latency> {
  return paced(load, said, (n) => push(scene, n % AGENTS, `calm ${n}`));
}

/** Sends at a rate, waits for all of it, and says how long each took from the moment it was due. */
async function paced(
  { perSecond, seconds }: Load,
  arrived: ReadonlyMap<string, number>,
  send: (n: number) => string,
): Promise<Latency> {
  const due = new Map<string, number>();
  const began = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const at = began + (n * 1000) / perSecond;
    if (at > performance.now()) await sleep(at - performance.now());
    due.set(send(n), at);
  }
  while ([...due.keys()].some((text) => !arrived.has(text))) await sleep(BUSY_MS);
  const samples: Sample[] = [...due].map(([text, at]) => ({
    ...{ call: text, ok: true, ms: (arrived.get(text) ?? 0) - at },
  }));
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((q) => quantile(samples, q));
  return {
    ...{ perSecond, lines: samples.length },
    ...{ p50Ms: p50Ms ?? 0, p95Ms: p95Ms ?? 0, p99Ms: p99Ms ?? 0 },
  };
}

/** Each agent has more to say than its burst; the rate is that of what comes behind the burst. */
async function asFastAsItMay(
  scene: Scene,
  said: ReadonlyMap<string, number>,
  seconds: number,
): Promise<Latencies['outbound']> {
  const each = PACE.burst + PACE.perSecond * seconds;
  const texts = Array.from({ length: AGENTS }, (_, agent) =>
    Array.from({ length: each }, (__, n) => push(scene, agent, `much ${agent} ${n}`)),
  );
  while (texts.flat().some((text) => !said.has(text))) await sleep(BUSY_MS);
  const rates = texts.map((own) => {
    const [first, last] = [own[PACE.burst], own.at(-1)].map((text) => said.get(text ?? '') ?? 0);
    return ((each - PACE.burst - 1) * 1000) / ((last ?? 0) - (first ?? 0));
  });
  return {
    configuredPerSecond: PACE.perSecond,
    measuredPerSecond: tenths(rates.reduce((sum, rate) => sum + rate, 0) / rates.length),
    lines: texts.flat().length,
  };
}

function push({ queue }: Scene, agent: number, text: string): string {
  const agentId = `kk-bench-${agent}`;
  queue.push(
    agentId,
    JSON.stringify({ v: 1, id: `${agentId}:${text}`, agentId, channel: CHANNEL, text }),
  );
  return text;
}

async function enter(port: number): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.setEncoding('utf8');
  socket.write(`NICK maria\r\nUSER maria 0 * :maria\r\nJOIN ${CHANNEL}\r\n`);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: string) => {
      if (chunk.includes(' 366 ')) resolve();
    });
  });
  return socket;
}
