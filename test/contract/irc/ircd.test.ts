import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeardLine } from '../../../scripts/local/irc/network.ts';
import { type Ircd, startIrcd } from '../../../scripts/local/irc/server.ts';
import { join, until } from './world.ts';

let ircd: Ircd;
let heard: HeardLine[];

beforeEach(async () => {
  heard = [];
  ircd = await startIrcd({ onLine: (line) => heard.push(line) });
});

afterEach(() => ircd.stop());

describe('the local IRC server', () => {
  it('lets plain clients join, talk, change their nick and leave', async () => {
    const ana = await join(ircd.port, 'Ana', '#Market');
    const bob = await join(ircd.port, 'bob', '#market');
    bob.send('PRIVMSG #MARKET :hola ana');
    await until(() => ana.lines.includes(':bob!bob@localhost PRIVMSG #Market :hola ana'));
    bob.send('NICK bob[1]');
    await until(() => ana.lines.includes(':bob!bob@localhost NICK :bob[1]'));
    ana.send('PRIVMSG BOB{1} :only for you');
    await until(() => bob.lines.some((line) => line.endsWith('PRIVMSG bob[1] :only for you')));
    bob.send('PART #market :lunch');
    await until(() => ana.lines.includes(':bob[1]!bob@localhost PART #Market :lunch'));
    bob.send('PRIVMSG #market :am I in?');
    await until(() => bob.lines.some((line) => line.includes(' 404 bob[1] #market ')));
    expect(heard).toMatchObject([{ nick: 'bob', channel: '#Market', text: 'hola ana' }]);
    ana.close();
    bob.close();
  });

  it('answers what clients ask on their own', async () => {
    const ana = await join(ircd.port, 'ana', '#market');
    ana.send('TOPIC #market :buy and sell');
    for (const ask of [
      'WHO #market',
      'WHOIS ana',
      'LIST',
      'MODE #market',
      'MODE #market b',
      'MODE ana',
      'NAMES #market',
      'PING here',
      'ISON ana nobody',
      'NONSENSE',
    ]) {
      ana.send(ask);
    }
    await until(() => ana.lines.some((line) => line.includes(' 421 ana NONSENSE ')));
    const numerics = ana.lines.map((line) => line.split(' ')[1]);
    for (const expected of [
      '001',
      '005',
      '353',
      '366',
      'TOPIC',
      '352',
      '315',
      '311',
      '318',
      '322',
      '323',
      '324',
      '368',
      '221',
      'PONG',
      '303',
    ]) {
      expect(numerics).toContain(expected);
    }
    ana.close();
  });

  it('refuses a nick that is held, in any case, and one that is none', async () => {
    const ana = await join(ircd.port, 'ana', '');
    const bob = await join(ircd.port, 'bob', '');
    bob.send('NICK ANA');
    bob.send('NICK #bad');
    await until(() => bob.lines.some((line) => line.includes(' 432 ')));
    expect(bob.lines.some((line) => line.includes(' 433 bob ANA '))).toBe(true);
    ana.close();
    await until(async () => {
      bob.send('NICK ana');
      await new Promise((resolve) => setTimeout(resolve, 20));
      return bob.lines.some((line) => line.endsWith('NICK :ana'));
    });
    bob.close();
  });

  it('gives who asks for it time, msgid and its own lines back, with its label, and tells those who come later', async () => {
    const ana = await join(ircd.port, 'ana', '');
    const capabilities = 'server-time message-tags echo-message labeled-response batch';
    ana.send(`CAP REQ :${capabilities}`);
    ana.send('JOIN #market');
    ana.send('@label=x7 PRIVMSG #market :hello there');
    ana.send('@label=x8 PRIVMSG #nowhere :hello?');
    ana.send('@label=x9 PONG');
    await until(() => ana.lines.some((line) => line.includes('label=x9 :irc.viva.local ACK')));
    const echo = ana.lines.find((line) => line.endsWith('PRIVMSG #market :hello there')) ?? '';
    expect(echo).toMatch(/^@time=[\d-]+T[\d:.]+Z;msgid=[0-9a-f-]{36};label=x7 :ana!/);
    expect(
      ana.lines.some((line) => line.includes('label=x8 :irc.viva.local 403 ana #nowhere')),
    ).toBe(true);

    const bob = await join(ircd.port, 'bob', '');
    bob.send(`CAP REQ :${capabilities}`);
    bob.send('JOIN #market');
    await until(() => bob.lines.some((line) => line.includes(' BATCH -')));
    const [, id] = /BATCH \+(\w+) chathistory #market/.exec(bob.lines.join('\n')) ?? [];
    const told = bob.lines.find((line) => line.endsWith('PRIVMSG #market :hello there')) ?? '';
    expect(told).toContain(`batch=${id}`);
    expect(/msgid=([^;]+)/.exec(told)?.[1]).toBe(/msgid=([^;]+)/.exec(echo)?.[1]);
    ana.close();
    bob.close();
  });

  it('lets in by SASL who knows the password, and vouches for them', async () => {
    await ircd.stop();
    ircd = await startIrcd({ accounts: new Map([['ana', 'secret']]) });
    const ana = await join(ircd.port, 'ana', '#market');
    const plain = (password: string) => Buffer.from(`ana\0ana\0${password}`).toString('base64');
    ana.send('CAP REQ :sasl account-tag echo-message');
    ana.send('AUTHENTICATE PLAIN');
    ana.send(`AUTHENTICATE ${plain('wrong')}`);
    await until(() => ana.lines.some((line) => line.includes(' 904 ana ')));
    ana.send(`AUTHENTICATE ${plain('secret')}`);
    ana.send('PRIVMSG #market :hi');
    await until(() => ana.lines.some((line) => line.startsWith('@account=ana :ana!')));
    ana.close();
  });

  it('survives endless lines, binary noise, half-open and silent clients, and serves the others on', async () => {
    const ana = await join(ircd.port, 'ana', '#market');
    const noisy = await join(ircd.port, 'noisy', '#market');
    noisy.socket.write('x'.repeat(3_000_000));
    noisy.send('');
    noisy.socket.write(Buffer.from([0, 255, 254, 10, 13, 10, 0, 10]));
    noisy.send(`PRIVMSG #market :${'ñ'.repeat(1000)}`);
    noisy.send('PRIVMSG #market :a\0b\rPART #market');
    noisy.send(`JOIN ${'#a,'.repeat(200)}`);
    noisy.send('PRIVMSG');
    noisy.send(':prefix');
    noisy.send('@tag');
    await until(() => heard.length === 2);
    expect(heard[1]?.text).toBe('abPART #market');
    const long = ana.lines.find((line) => line.includes('ññ')) ?? '';
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(510);
    expect(long).not.toContain('\uFFFD');
    ana.send('PING alive');
    await until(() => ana.lines.some((line) => line.endsWith('PONG irc.viva.local :alive')));
    ana.close();
    noisy.close();
  });

  it('drops who no longer answers', async () => {
    await ircd.stop();
    ircd = await startIrcd({ quietMs: 100 });
    const ana = await join(ircd.port, 'ana', '#market');
    await until(() => ana.lines.some((line) => line.endsWith('PING :irc.viva.local')));
    await until(() => ana.lines.some((line) => line.startsWith('ERROR :Closing link')));
  });

  it('says that a port is taken', async () => {
    await expect(startIrcd({ port: ircd.port })).rejects.toThrow('EADDRINUSE');
  });
});
