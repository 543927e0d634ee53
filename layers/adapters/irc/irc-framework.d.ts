/** The part of irc-framework 4.14.0 that we use; it ships no types. https://github.com/kiwiirc/irc-framework/tree/master/docs */
declare module 'irc-framework' {
  export interface Options {
    readonly host: string;
    readonly port: number;
    readonly tls: boolean;
    readonly nick: string;
    readonly username: string;
    readonly gecos: string;
    /** Empty: CTCP VERSION is not answered, so that nobody can make us flood the server. */
    readonly version: '';
    readonly auto_reconnect: false;
    readonly enable_echomessage: true;
    /** Seconds; 0 for never: we have our own. */
    readonly ping_interval: 0;
    readonly ping_timeout: 0;
    /** For SASL PLAIN where it is offered. */
    readonly account?: { readonly account: string; readonly password: string };
    /** A class whose objects carry lines. */
    readonly transport: new (
      options: never,
    ) => object;
    readonly [own: string]: unknown;
  }

  /** One line of the server. */
  export interface Message {
    /** In capitals, or a numeric of three digits. */
    readonly command: string;
    readonly params: readonly string[];
    readonly tags: Readonly<Record<string, string>>;
    /** Of a person all three; of a server `nick` or nothing. */
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
  }

  interface Events {
    close: unknown;
    'sasl failed': { readonly reason: string };
  }

  export interface Client {
    readonly connection: {
      on(name: 'message', listener: (message: Message) => void): void;
      /** Ends the connection: with an error at once and without a word. */
      end(lastLine: null, hadError: boolean): void;
      write(line: string): void;
    };
    readonly network: { readonly cap: { isEnabled(capability: string): boolean } };
    requestCap(capabilities: readonly string[]): void;
    connect(options: Options): void;
    on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): this;
    /** Joins the words with spaces; the last may hold spaces. Silently dropped while disconnected. */
    raw(...words: string[]): void;
    quit(message: string): void;
  }

  const ircFramework: { readonly Client: new () => Client };
  export default ircFramework;
}
