import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK } from '#adapters/irc/temper.ts';
import { Turnstile } from '#adapters/irc/turnstile.ts';
import { Voice } from '#adapters/irc/voice.ts';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { logged } from '../../../scripts/chaos/irc/arrived.ts';
import { type KillableIrcd, startKillable } from '../../../scripts/chaos/irc/ircds.ts';
import { type Place, type RelayProcess, startPlace } from '../../../scripts/chaos/irc/place.ts';
import { findInspircd } from '../../../scripts/local/irc/inspircd.ts';
import { aFolder } from '../../support/folders.ts';
import { aLine, isIntroduction, joinTls, until } from './world.ts';

const CHANNEL = '#execution-market';
const [COORDINATOR, VALIDATOR] = [AgentId.parse('kk-coordinator'), AgentId.parse('kk-validator')];
const NETWORKS = [
  { kind: 'embedded', name: 'our own server', isHere: true },
  {
    kind: 'inspircd',
    name: findInspircd() ? 'InspIRCd' : 'InspIRCd (not here: run scripts/get-inspircd.sh)',
    isHere: findInspircd() !== undefined,
  },
] as const;

describe.each(NETWORKS)('the relay over TLS on $name', ({ kind, isHere }) => {
  let place: Place;
  let ircd: KillableIrcd;
  let relay: RelayProcess;
  let owner: Awaited<ReturnType<typeof joinTls>>;
  const environment = () => ({
    servers: `127.0.0.1:${ircd.port}`,
    fingerprint: ircd.certificate.fingerprint,
    ...(kind === 'embedded' && { accounts: ACCOUNTS }),
  });
  const heardFrom = (nick: string) =>
    owner.lines.flatMap((line) => {
      const [, from, text] = /:(\S+)!\S+ PRIVMSG #\S+ :(.*)$/.exec(line) ?? [];
      return from === nick && !isIntroduction(text ?? '') ? [text ?? ''] : [];
    });
  const say = (line: ReturnType<typeof aLine>) =>
    new SqsLines(place.sqsClient, place.queueUrl('out')).say(line);

  beforeAll(async () => {
    if (!isHere) return;
    const dir = aFolder();
    [place, ircd] = await Promise.all([
      startPlace(dir),
      startKillable(kind, aFolder(), { accounts: PASSWORDS }),
    ]);
    // who comes first is the channel's operator, where there are any
    owner = await joinTls(ircd.port, 'owner', CHANNEL);
    relay = place.startRelay(environment());
    await until(
      () => ROSTER.every(({ id }) => owner.lines.some((line) => line.startsWith(`:${id}!`))),
      {
        what: () => relay.output.join(''),
      },
    );
  });

  afterAll(async () => {
    if (!isHere) return;
    await place.stop();
    await ircd.kill();
  });

  it.runIf(isHere)(
    'says what is queued in its order, long lines in parts that lose nothing',
    async () => {
      const long = Array.from({ length: 40 }, (_, n) => `ñandú👩‍👩‍👧${n}`).join(' ');
      for (const [number, text] of ['one', long, 'three'].entries()) {
        await say(aLine(number, { agentId: VALIDATOR, text }));
      }
      await until(() => heardFrom(VALIDATOR).includes('three'), {
        what: () => relay.output.join(''),
      });
      const [first, ...rest] = heardFrom(VALIDATOR);
      expect(first).toBe('one');
      expect(rest.slice(0, -1).join(' ')).toBe(long);
      expect(rest.length).toBeGreaterThan(2);
      for (const line of owner.lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
    },
  );

  it.runIf(isHere)('brings a call to the inbox once, and a command to its queue', async () => {
    owner.send(`PRIVMSG ${CHANNEL} :kk-validator: are you there?`);
    owner.send(`PRIVMSG ${CHANNEL} :!status |nonce=1|sig=00`);
    await until(async () => (await place.inbox(VALIDATOR)).length === 1);
    await until(() => (place.sqs.inspectQueue('commands')?.messages.ready.length ?? 0) === 1);
    const [command] = place.sqs.inspectQueue('commands')?.messages.ready ?? [];
    expect(JSON.parse(command?.body ?? '{}')).toMatchObject({
      nick: 'owner',
      text: '!status |nonce=1|sig=00',
      hostmask: expect.stringMatching(/^~?owner@\S+$/) as unknown,
    });
    expect(await place.inbox(VALIDATOR)).toHaveLength(1);
  });

  it.runIf(isHere && kind === 'embedded')(
    'speaks under an account where SASL is offered',
    async () => {
      const watcher = await joinTls(ircd.port, 'watcher', '');
      watcher.send('CAP REQ :account-tag');
      watcher.send(`JOIN ${CHANNEL}`);
      await until(() => watcher.lines.some((line) => line.includes(' 366 ')));
      await say(aLine(10, { agentId: VALIDATOR, text: 'it is me' }));
      await until(() => watcher.lines.some((line) => line.endsWith('it is me')));
      expect(watcher.lines.find((line) => line.endsWith('it is me'))).toContain(
        'account=validator',
      );
      watcher.close();
    },
  );

  it.runIf(isHere && kind === 'inspircd').each([
    {
      closed: 'it is banned from the channel',
      mode: 'b kk-validator!*@*',
      numeric: '474',
      number: 20,
    },
    { closed: 'the channel is full', mode: 'l 1', numeric: '471', number: 21 },
  ])('comes back when kicked, also while $closed', async ({ mode, numeric, number }) => {
    const joins = () => owner.lines.filter((line) => /^:kk-validator!\S+ JOIN/.test(line)).length;
    const before = joins();
    owner.send(`KICK ${CHANNEL} kk-validator :out`);
    await until(() => joins() === before + 1);
    owner.send(`MODE ${CHANNEL} +${mode}`);
    owner.send(`KICK ${CHANNEL} kk-validator :out again`);
    await until(() => relay.output.join('').includes(`"numeric":"${numeric}"`));
    await say(aLine(number, { agentId: VALIDATOR, text: `after ${numeric}` }));
    owner.send(`MODE ${CHANNEL} -${mode}`);
    await until(() => heardFrom(VALIDATOR).includes(`after ${numeric}`));
  });

  it.runIf(isHere && kind === 'inspircd')(
    'waits out a K-line of its address, and comes back when it is lifted',
    async () => {
      const told = relay.output.length;
      const events = (pattern: RegExp) =>
        relay.output
          .slice(told)
          .join('')
          .split('\n')
          .filter((text) => pattern.test(text))
          .map((text) => JSON.parse(text) as { message: string; waitMs: number });
      const ends = () => events(/"message":"(banned|disconnected)"/);
      owner.send('OPER op op');
      owner.send('ELINE *owner@127.0.0.1 0 :not him');
      owner.send('KLINE *@127.0.0.1 0 :no bots');
      // thrown out, and then turned away at the door without a word
      await until(() => ends().length >= 2 * ROSTER.length);
      expect(ends().filter(({ message }) => message === 'banned')).not.toHaveLength(0);
      const shortest = Math.min(...ends().map(({ waitMs }) => waitMs));
      expect(shortest).toBeGreaterThanOrEqual(0.75 * QUICK.returnMaxMs);
      await say(aLine(40, { agentId: VALIDATOR, text: 'after the K-line' }));
      owner.send('KLINE *@127.0.0.1');
      await until(() => heardFrom(VALIDATOR).includes('after the K-line'));
    },
  );

  it.runIf(isHere)(
    'takes what the server repeats to a relay that comes back for the lines that they are',
    async () => {
      const calls = ['kk-coordinator: hi', 'kk-coordinator: hi again'];
      const texts = async () => (await place.inbox(COORDINATOR)).map(({ text }) => text);
      owner.send(`PRIVMSG ${CHANNEL} :${calls[0]}`);
      await until(async () => (await texts()).length === 1);
      await relay.kill('SIGKILL');
      const life = place.startRelay(environment());
      // whoever hears this has been told what was said before
      await allConnected(life);
      owner.send(`PRIVMSG ${CHANNEL} :${calls[1]}`);
      await until(async () => (await texts()).includes(calls[1]));
      // everything that it heard is where it belongs when it has ended
      await life.kill('SIGTERM');
      const [inbox, log] = [await texts(), await logged(place)];
      relay = place.startRelay(environment());
      await allConnected(relay);
      expect(inbox.toSorted()).toEqual(calls);
      expect(log.filter(({ voice }) => voice === calls[0])).toHaveLength(1);
    },
  );

  it.runIf(isHere).each([
    { pinned: [], because: 'self-signed certificate' },
    { pinned: ['00'.repeat(32)], because: 'which is not pinned' },
  ])('takes no certificate that is neither vouched for nor pinned: $because', async (one) => {
    const reasons: string[] = [];
    const voice = new Voice({
      ...{ nick: 'kk-x', channels: [], temper: QUICK, turnstile: new Turnstile(0) },
      network: {
        servers: [{ host: '127.0.0.1', port: ircd.port }],
        tls: true,
        fingerprints: one.pinned,
      },
      onJoined: () => undefined,
      onLine: () => undefined,
      onEvent: (event, keys) => reasons.push(`${event} ${String(keys['because'])}`),
    });
    voice.connect();
    await until(() => reasons.some((reason) => reason.startsWith('disconnected ')));
    await voice.stop('bye');
    expect(reasons.join('\n')).toContain(one.because);
    expect(voice.isUp).toBe(false);
  });

  it.runIf(isHere && kind === 'embedded')(
    'stands by while another bears the nicks, and takes over when it ends',
    async () => {
      const other = place.startRelay(environment(), { RELAY_DIR: aFolder() });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(other.output.join('')).not.toContain('"message":"connecting"');
      expect(await relay.kill('SIGTERM')).toBe(0);
      await say(aLine(30, { agentId: VALIDATOR, text: 'the other one' }));
      await until(() => heardFrom(VALIDATOR).includes('the other one'), {
        what: () => other.output.join(''),
      });
      expect(await other.kill('SIGTERM')).toBe(0);
    },
  );
});

function allConnected({ output }: RelayProcess): Promise<void> {
  return until(() => output.join('').split('"message":"connected"').length > ROSTER.length);
}

const ACCOUNTS = { 'kk-validator': { account: 'validator', password: 'secret' } };
const PASSWORDS = new Map([['validator', 'secret']]);
