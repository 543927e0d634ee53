/** The part of irc-framework 4.14.0 that we use; it ships no types. https://github.com/kiwiirc/irc-framework/tree/master/docs */
declare module 'irc-framework' {
  interface Options {
    readonly host: string;
    readonly port: number;
    readonly tls: boolean;
    readonly rejectUnauthorized: boolean;
    readonly nick: string;
    readonly username: string;
    readonly gecos: string;
    readonly version: string;
    readonly auto_reconnect: boolean;
    readonly enable_echomessage: boolean;
    /** Seconds. */
    readonly ping_interval: number;
    /** Seconds without a word from the server until it counts as dead. */
    readonly ping_timeout: number;
  }

  interface Events {
    registered: { nick: string };
    close: unknown;
    join: { nick: string; channel: string };
    part: { nick: string; channel: string };
    kick: { kicked: string; channel: string };
    nick: { nick: string; new_nick: string };
    quit: { nick: string };
    'nick in use': { nick: string };
    privmsg: {
      nick: string;
      /** Empty when the server speaks. */
      ident: string;
      hostname: string;
      target: string;
      message: string;
      /** Milliseconds since the epoch, from server-time. */
      time?: number;
      tags: Readonly<Record<string, string>>;
    };
    pong: { message?: string };
    'irc error': { error: string; channel?: string; reason?: string };
  }

  export interface Client {
    /** Ends the connection: with an error at once and without a word. */
    readonly connection: { end(lastLine: null, hadError: boolean): void };
    readonly network: { readonly cap: { isEnabled(capability: string): boolean } };
    connect(options: Options): void;
    on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): this;
    /** Joins the words with spaces; the last may hold spaces. Silently dropped while disconnected. */
    raw(...words: string[]): void;
    quit(message: string): void;
    removeAllListeners(): void;
  }

  const ircFramework: { readonly Client: new () => Client };
  export default ircFramework;
}
