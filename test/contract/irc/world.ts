import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { vi } from 'vitest';
import { AgentId } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import { ROSTER } from '#contract/roster.ts';
import { introduction } from '#core/talk/introduction.ts';
import { type RelayProcess, startPlace } from '../../../scripts/chaos/irc/place.ts';
import type { HeardLine } from '../../../scripts/local/irc/network.ts';
import { type Ircd, startIrcd } from '../../../scripts/local/irc/server.ts';
import { aFolder } from '../../support/folders.ts';

const INTRODUCTIONS = new Set(
  ROSTER.flatMap((agent) =>
    Array.from({ length: 24 }, (_, hour) => introduction(agent, new Date(hour * 3_600_000))),
  ),
);

export function isIntroduction(text: string): boolean {
  return INTRODUCTIONS.has(text);
}

// a busy machine may take long to start a relay: what is asserted is what happens, not how soon
vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000 });

/** The local IRC server without TLS, what AWS is to the relay, and the relay's process between them. */
export async function startWorld() {
  const place = await startPlace(aFolder());
  const spoken: HeardLine[] = [];
  const introduced: HeardLine[] = [];
  const hear = (line: HeardLine): void => {
    // what a relay says of itself when it comes is no line of the queue
    (isIntroduction(line.text) ? introduced : spoken).push(line);
  };
  let ircd: Ircd = await startIrcd({ onLine: hear });
  const { port } = ircd;
  const { sqs, sqsClient: client } = place;
  return {
    port,
    spoken,
    introduced,
    sqs,
    place,
    queues: { out: place.queueUrl('out') },
    client,
    startRelay: () => place.startRelay({ servers: `127.0.0.1:${port}`, fingerprint: '' }),
    stopIrcd: () => ircd.stop(),
    restartIrcd: async () => {
      ircd = await startIrcd({ port, onLine: hear });
    },
    queued: (name: string) => {
      const messages = sqs.inspectQueue(name)?.messages;
      return [...(messages?.ready ?? []), ...(messages?.inflight ?? []).map((m) => m.message)];
    },
    inbox: place.inbox,
    stop: async () => {
      await place.stop();
      await ircd.stop();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
export type { RelayProcess };

/** A person on IRC, over a bare socket. */
export function join(port: number, nick: string, channel: string) {
  return enter(connect(port, '127.0.0.1'), nick, channel);
}

/** The same over TLS, whoever the server says it is. */
export function joinTls(port: number, nick: string, channel: string) {
  return enter(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }), nick, channel);
}

async function enter(socket: Socket, nick: string, channel: string) {
  const lines: string[] = [];
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\r\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  socket.on('error', () => undefined);
  const send = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  send(`NICK ${nick}`);
  send(`USER ${nick} 0 * :${nick}`);
  await until(() => lines.some((line) => line.includes(' 001 ')));
  if (channel === '') return { lines, send, socket, close: () => socket.destroy() };
  send(`JOIN ${channel}`);
  await until(() => lines.some((line) => line.includes(' 366 ')));
  return { lines, send, socket, close: () => socket.destroy() };
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  { ms = 60_000, what = 'it' }: { ms?: number; what?: string | (() => string) } = {},
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`Not within ${ms} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function aLine(number: number, over: Partial<IrcLine> = {}): IrcLine {
  const agentId = over.agentId ?? AgentId.parse('kk-karma-hello');
  return {
    v: 1,
    id: `${agentId}:test:${number}`,
    agentId,
    channel: '#execution-market',
    text: `line ${number} of ${agentId}`,
    ...over,
  };
}

/** Until the relay's seven voices are in the square. */
export async function allJoined(world: World, relay: RelayProcess): Promise<void> {
  const watcher = await join(world.port, 'watcher', '#karmakadabra');
  await until(
    () => {
      watcher.lines.length = 0;
      watcher.send('NAMES #karmakadabra');
      return until(() => watcher.lines.some((line) => line.includes(' 366 '))).then(() =>
        ROSTER.every(({ id }) =>
          watcher.lines.some((line) => new RegExp(`[: ]${id}( |$)`).test(line)),
        ),
      );
    },
    { what: () => relay.output.join('') },
  );
  watcher.close();
}
