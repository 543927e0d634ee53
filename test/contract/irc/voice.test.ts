import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Returns } from '#adapters/irc/returns.ts';
import { PATIENT, QUICK, type Temper } from '#adapters/irc/temper.ts';
import { Turnstile } from '#adapters/irc/turnstile.ts';
import { Voice } from '#adapters/irc/voice.ts';
import { until } from './world.ts';

const NEVER = new AbortController().signal;
const HASTY = {
  ...QUICK,
  returnMinMs: 20,
  returnMaxMs: 100,
  rejoinMs: 50,
  patience: { echo: 100, pong: 200 },
};

let voice: Voice;
const servers = new Map<number, Server>();
const events: string[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  await voice.stop('bye');
  for (const port of servers.keys()) await close(port);
});

/** The server there, and whoever is on any. */
async function close(port: number): Promise<void> {
  const closed = new Promise((resolve) => servers.get(port)?.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
  servers.delete(port);
}

/** A voice on a server without capabilities that answers each command as `answers` say; `$1` is the command's first word. */
async function voiceOn(answers: Readonly<Record<string, string>>): Promise<string[]> {
  const { port, lines } = await serverThat(answers);
  speakOn([port]);
  return lines;
}

function speakOn(ports: readonly number[], temper: Temper = HASTY): void {
  const [first = 0, ...others] = ports;
  const at = (port: number) => ({ host: '127.0.0.1', port });
  events.length = 0;
  voice = new Voice({
    nick: 'kk-x',
    channels: ['#a'],
    network: { servers: [at(first), ...others.map(at)], tls: false, fingerprints: [] },
    turnstile: new Turnstile(0),
    onJoined: () => undefined,
    temper,
    onLine: () => undefined,
    onEvent: (event) => events.push(event),
  });
  voice.connect();
}

async function serverThat(
  answers: Readonly<Record<string, string>>,
  wanted = 0,
): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        lines.push(line);
        const [command = '', first = ''] = line.split(' ');
        const answer = answers[command]?.replaceAll('$1', first);
        if (answer !== undefined) socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  servers.set(port, server);
  return { port, lines };
}

const FRIENDLY = {
  USER: ':s 001 kk-x :hi',
  JOIN: ':kk-x!x@h JOIN $1',
  PING: ':s PONG s $1',
};

describe('a voice', () => {
  it('asks a server without echoes by a PING behind the line', async () => {
    const lines = await voiceOn(FRIENDLY);
    await voice.say('#a', 'one two', NEVER);
    await voice.say('#a', ':three', NEVER);
    const said = lines.filter((line) => /^(PRIVMSG|PING viva)/.test(line));
    expect(said).toEqual([
      'PRIVMSG #a :one two',
      'PING viva-1',
      'PRIVMSG #a ::three',
      'PING viva-2',
    ]);
  });

  it('joins a channel that it is asked to speak in', async () => {
    const lines = await voiceOn(FRIENDLY);
    await voice.say('#other', 'hi', NEVER);
    expect(lines).toContain('JOIN #other');
  });

  it('reports a refusal as one', async () => {
    await voiceOn({ ...FRIENDLY, PRIVMSG: ':s 404 kk-x $1 :no' });
    await expect(voice.say('#a', 'hi', NEVER)).rejects.toMatchObject({ because: 'refused' });
  });

  it('reports a channel that never lets it in', async () => {
    await voiceOn({ ...FRIENDLY, JOIN: ':s 474 kk-x $1 :banned' });
    await expect(voice.say('#a', 'hi', NEVER)).rejects.toMatchObject({ because: 'refused' });
  });

  it('leaves a server that falls silent, and comes back', async () => {
    const lines = await voiceOn({ ...FRIENDLY, PING: '' });
    await expect(voice.say('#a', 'hi', NEVER)).rejects.toMatchObject({ because: 'lost' });
    await until(() => lines.filter((line) => line.startsWith('USER ')).length === 2);
  });

  it.each([
    ['a line', { ...HASTY, patience: { echo: 1000, pong: 1000 } }],
    ['a PING', { ...HASTY, patience: QUICK.patience, pingSeconds: 0.05, deadSeconds: 1 }],
  ])('goes to the next server of the list when one falls silent on %s', async (_, temper) => {
    const silent = await serverThat({ ...FRIENDLY, PING: '' });
    const friendly = await serverThat(FRIENDLY);
    speakOn([silent.port, friendly.port], temper);
    await voice.say('#a', 'anybody?', NEVER).catch(() => undefined);
    await until(() => friendly.lines.includes('JOIN #a'));
    await voice.say('#a', 'here', NEVER);
    expect(friendly.lines).toContain('PRIVMSG #a :here');
  });

  it('stops waiting for a connection when it is told to', async () => {
    await voiceOn({});
    const stop = new AbortController();
    const saying = voice.say('#a', 'hi', stop.signal);
    stop.abort();
    await expect(saying).rejects.toMatchObject({ because: 'lost' });
  });

  it.each([
    ['465', ':s 465 kk-x :You are not welcome'],
    ['a K-line', 'ERROR :Closing link: (kk-x@h) [K-lined: no bots]'],
  ])('goes to the next server of the list when banned by %s', async (_, answer) => {
    const hostile = await serverThat({ USER: `${answer}\r\nERROR :bye` });
    const friendly = await serverThat(FRIENDLY);
    speakOn([hostile.port, friendly.port]);
    await until(() => hostile.lines.some((line) => line.startsWith('USER ')));
    for (const socket of sockets) socket.destroy();
    await voice.say('#a', 'here', NEVER);
    expect(friendly.lines).toContain('PRIVMSG #a :here');
    expect(events).toContain('banned');
  });

  it('goes to the next server of the list when one is not there, and round again', async () => {
    const { port } = await serverThat({});
    await close(port);
    const second = await serverThat(FRIENDLY);
    speakOn([port, second.port]);
    await voice.say('#a', 'one', NEVER);
    expect(second.lines).toContain('PRIVMSG #a :one');

    const first = await serverThat(FRIENDLY, port);
    await close(second.port);
    await until(() => !voice.isUp);
    await voice.say('#a', 'two', NEVER);
    expect(first.lines).toContain('PRIVMSG #a :two');
  });

  it('takes its nick back when a netsplit takes away who bears it', async () => {
    const lines = await voiceOn({
      ...FRIENDLY,
      NICK: ':s 433 * kk-x :in use',
      USER: ':s 001 kk-x_ :hi',
      JOIN: ':kk-x_!x@h JOIN $1\r\n:kk-x!other@h QUIT :a.example b.example',
    });
    await until(() => lines.filter((line) => line === 'NICK kk-x').length > 1);
    expect(voice.nick).toBe('kk-x_');
  });

  it('does not chase a free nick for ever', async () => {
    const lines = await voiceOn({ NICK: ':s 433 * $1 :in use' });
    await until(() => lines.filter((line) => line.startsWith('CAP ')).length === 2);
    expect(lines.filter((line) => line.startsWith('NICK ')).length).toBeLessThan(12);
  });
});

describe('coming back', () => {
  it('waits from 5 to 300 s, doubling, with jitter, and begins again only after a good connection', async () => {
    await voiceOn({});
    const returns = new Returns(PATIENT);
    const waits = Array.from({ length: 8 }, () => returns.onDown(0, 0.5));
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000));
    returns.onUp(1000);
    expect(returns.onDown(2000, 0)).toBe(225_000);
    returns.onUp(3000);
    expect(returns.onDown(100_000, 1)).toBe(6250);
  });

  it('waits the longest from a ban until it is let in, whatever it is turned away with', () => {
    const returns = new Returns(PATIENT);
    const waits = [returns.onDown(0, 0.5, true), returns.onDown(0, 0.5), returns.onDown(0, 0.5)];
    expect(waits).toEqual([300_000, 300_000, 300_000]);
    returns.onUp(0);
    expect(returns.onDown(100_000, 0.5)).toBe(5000);
  });
});
