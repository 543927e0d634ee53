import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUICK } from '#adapters/irc/temper.ts';
import { Turnstile } from '#adapters/irc/turnstile.ts';
import { Voice } from '#adapters/irc/voice.ts';
import { AgentId } from '#contract/ids.ts';
import type { IrcOrder } from '#contract/irc-line.ts';
import { type Ircd, startIrcd } from '../../../scripts/local/irc/server.ts';
import { join, until } from './world.ts';

const NEVER = new AbortController().signal;
const BASE = { v: 1, id: 'one', agentId: AgentId.parse('kk-validator') } as const;

let ircd: Ircd;
let voice: Voice;

beforeAll(async () => {
  ircd = await startIrcd();
  voice = new Voice({
    nick: 'kk-validator',
    channels: ['#a'],
    network: {
      servers: [{ host: '127.0.0.1', port: ircd.port }],
      tls: false,
      fingerprints: [],
    },
    turnstile: new Turnstile(0),
    temper: { ...QUICK, rejoinMs: 20 },
    onJoined: () => undefined,
    onLine: () => undefined,
    onEvent: () => undefined,
  });
  voice.connect();
});

afterAll(async () => {
  await voice.stop('bye');
  await ircd.stop();
});

function obey(
  order: { order: 'join' | 'part'; channel: string } | { order: 'nick'; nick: string },
) {
  const whole: IrcOrder = { ...BASE, ...order };
  voice.obey(whole);
}

it('an agent says, joins, parts and takes another nick as it is told, and twice is once', async () => {
  await voice.say('#a', 'hi', NEVER);
  const watcher = await join(ircd.port, 'watcher', '#b');
  obey({ order: 'join', channel: '#b' });
  obey({ order: 'join', channel: '#b' });
  await until(() => voice.isIn('#b'));
  await voice.say('#b', 'here, too', NEVER);
  obey({ order: 'nick', nick: 'kk-judge' });
  obey({ order: 'nick', nick: 'kk-judge' });
  await until(() => voice.nick === 'kk-judge');
  await voice.say('#b', 'under another name', NEVER);
  obey({ order: 'part', channel: '#b' });
  obey({ order: 'part', channel: '#b' });
  await until(() => !voice.isIn('#b'));
  // longer than it waits before it goes back to where it was not told to leave
  await new Promise((resolve) => setTimeout(resolve, 100));
  await voice.say('#a', 'bye', NEVER);

  await until(() => watcher.lines.some((line) => line.includes(' PART #b')));
  const seen = watcher.lines.flatMap((line) => /^:(kk-.*)$/.exec(line)?.[1] ?? []);
  expect(seen.map((line) => line.replace(/!\S+/, ''))).toEqual([
    'kk-validator JOIN #b',
    'kk-validator PRIVMSG #b :here, too',
    expect.stringMatching(/^kk-validator NICK :?kk-judge$/) as unknown,
    'kk-judge PRIVMSG #b :under another name',
    expect.stringMatching(/^kk-judge PART #b/) as unknown,
  ]);
  watcher.close();
});
