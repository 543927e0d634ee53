import type { Options } from 'irc-framework';
import type { IrcServer } from '#contract/irc-server.ts';
import type { Overheard } from './overheard.ts';
import type { Network, Temper } from './temper.ts';
import { Transport } from './transport.ts';

/** `banned`: the network does not want us; `silent`: the server takes what we say and answers nothing. */
export interface LinkEnd {
  readonly reason: string;
  readonly because: 'banned' | 'silent' | 'broken';
}

export interface LinkOptions {
  readonly nick: string;
  readonly channels: readonly string[];
  /** For SASL PLAIN, where it is offered. */
  readonly account?: { readonly account: string; readonly password: string };
  readonly server: IrcServer;
  readonly network: Network;
  readonly temper: Temper;
  readonly onUp: (nick: string) => void;
  /** It is in a channel: again with each connection. */
  readonly onJoined: (channel: string) => void;
  readonly onLine: (line: Overheard) => void;
  /** Once. */
  readonly onEnd: (end: LinkEnd) => void;
  /** One word and its keys for the log. */
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

/** What irc-framework is to do, and to leave to us. */
export function clientOptions(
  { nick, account, server, network, onEvent }: LinkOptions,
  onFailed: (error: Error) => void,
): Options {
  return {
    ...server,
    tls: network.tls,
    fingerprints: network.fingerprints,
    transport: Transport,
    onFailed,
    onMalformed: (error: unknown) => {
      onEvent('malformed', { nick, error: String(error) });
    },
    nick,
    username: nick.replace(/^kk-/, '').slice(0, 10),
    gecos: `${nick}, an agent of Economia Viva`,
    version: '',
    auto_reconnect: false,
    enable_echomessage: true,
    ping_interval: 0,
    ping_timeout: 0,
    ...(account !== undefined && { account }),
  };
}
