import type { Handler } from './commands.ts';
import type { Network } from './network.ts';
import { CAPABILITIES, type Capability, type Peer, SERVER_NAME } from './peer.ts';

const NICK = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/;

/** RFC 2812 section 3.1 and https://ircv3.net/specs/extensions/capability-negotiation */
export const registration: Readonly<Record<string, Handler>> = {
  CAP: (network, peer, [verb = '', ...rest]) => {
    const tell = (subcommand: string, list: readonly string[]): void => {
      peer.send(SERVER_NAME, `CAP ${peer.nick} ${subcommand} :${list.join(' ')}`);
    };
    const command = verb.toUpperCase();
    // whoever talks about capabilities before it is registered is welcomed after CAP END
    if (command !== 'END' && !peer.isRegistered) peer.isNegotiating = true;
    if (command === 'LS') tell('LS', offered(network));
    else if (command === 'LIST') tell('LIST', [...peer.capabilities]);
    else if (command === 'REQ') request(peer, rest.join(' '));
    else if (command === 'END') {
      peer.isNegotiating = false;
      welcomeWhenReady(network, peer);
    } else peer.reply('410', verb.slice(0, 20), 'Invalid CAP command');
  },
  NICK: (network, peer, [nick = '']) => {
    if (nick === '') peer.reply('431', 'No nickname given');
    else if (!NICK.test(nick)) peer.reply('432', nick.slice(0, 40), 'Erroneous nickname');
    else if (nick !== peer.nick) rename(network, peer, nick);
  },
  USER: (network, peer, [user = '', , , realName = '']) => {
    if (peer.isRegistered) peer.reply('462', 'You may not reregister');
    else if (user === '') peer.reply('461', 'USER', 'Not enough parameters');
    else {
      peer.user = user.replace(/[^\w.-]/g, '').slice(0, 10) || 'user';
      peer.realName = realName.slice(0, 100);
      welcomeWhenReady(network, peer);
    }
  },
  AUTHENTICATE: (network, peer, [word = '']) => {
    if (word === 'PLAIN') peer.send(SERVER_NAME, 'AUTHENTICATE +');
    else authenticate(network, peer, word);
  },
  PASS: () => undefined,
  PING: (_, peer, [token = '']) => {
    peer.send(SERVER_NAME, `PONG ${SERVER_NAME} :${token}`);
  },
  PONG: () => undefined,
  QUIT: (network, peer, [reason = 'Client quit']) => {
    network.remove(peer, `Quit: ${reason}`);
    peer.close('Quit');
  },
};

function offered({ accounts }: Network): readonly string[] {
  return CAPABILITIES.filter((name) => name !== 'sasl' || accounts.size > 0);
}

function rename(network: Network, peer: Peer, nick: string): void {
  const before = peer.mask;
  const witnesses = [peer, ...network.neighbours(peer)];
  if (!network.rename(peer, nick)) peer.reply('433', nick, 'Nickname is already in use');
  else if (!peer.isRegistered) welcomeWhenReady(network, peer);
  else for (const witness of witnesses) witness.send(before, `NICK :${nick}`);
}

/** SASL PLAIN: https://ircv3.net/specs/extensions/sasl-3.1 and RFC 4616 */
function authenticate(network: Network, peer: Peer, word: string): void {
  const [, account = '', password = ''] = Buffer.from(word, 'base64').toString().split('\0');
  if (network.accounts.get(account) !== password) {
    peer.reply('904', 'SASL authentication failed');
    return;
  }
  peer.account = account;
  peer.reply('900', peer.mask, account, `You are now logged in as ${account}`);
  peer.reply('903', 'SASL authentication successful');
}

function request(peer: Peer, list: string): void {
  const wanted = list.split(' ').filter((name) => name !== '');
  const known = wanted.map((name) =>
    CAPABILITIES.find((known) => known === name.replace(/^-/, '')),
  );
  if (known.includes(undefined)) {
    peer.send(SERVER_NAME, `CAP ${peer.nick} NAK :${list}`);
    return;
  }
  wanted.forEach((name, index) => {
    toggle(peer, known[index], !name.startsWith('-'));
  });
  peer.send(SERVER_NAME, `CAP ${peer.nick} ACK :${list}`);
}

function toggle(peer: Peer, capability: Capability | undefined, isOn: boolean): void {
  if (capability === undefined) return;
  if (isOn) peer.capabilities.add(capability);
  else peer.capabilities.delete(capability);
}

function welcomeWhenReady(network: Network, peer: Peer): void {
  if (peer.isRegistered || peer.isNegotiating || peer.user === '' || peer.nick === '*') return;
  peer.isRegistered = true;
  peer.reply('001', `Welcome to the local economy, ${peer.nick}`);
  peer.reply('002', `Your host is ${SERVER_NAME}, running version viva-ircd`);
  peer.reply('003', 'This server lives as long as the economy that started it');
  peer.reply('004', SERVER_NAME, 'viva-ircd', 'i', 'nt');
  const supported =
    'CASEMAPPING=rfc1459 CHANTYPES=# CHANMODES=,,,nt NICKLEN=30 CHANNELLEN=50 PREFIX= NETWORK=viva';
  peer.reply('005', ...supported.split(' '), 'are supported by this server');
  peer.reply('251', `There are ${[...network.peers()].length} users on 1 server`);
  peer.reply('422', 'No message of the day');
}
