import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import type { Heard } from './counts.ts';

const RETRY_MS = 150;

/** Somebody on IRC who is no part of the relay: comes back when thrown out, and says a line again until it has come back to him. */
export class Person {
  readonly nick: string;
  readonly #options: { readonly port: number; readonly channel: string };
  readonly #heard: { readonly text: string; readonly at: number }[] = [];
  readonly #seen = new Set<string>();
  #socket: TLSSocket | undefined;
  #rest = '';
  #isIn = false;
  #hasLeft = false;
  /** The line that is awaited; false: thrown out before it came. */
  #echo: { readonly text: string; readonly come: (isBack: boolean) => void } | undefined;

  constructor({ port, nick, channel }: { port: number; nick: string; channel: string }) {
    this.nick = nick;
    this.#options = { port, channel };
    this.#connect();
  }

  async isIn(): Promise<void> {
    while (!this.#isIn) await sleep(20);
  }

  /** All lines that begin with a word, in the order in which they came. */
  heard(word: string): readonly Heard[] {
    return this.#heard.flatMap(({ text, at }) => {
      const [kind, voice = '', number = ''] = text.split(' ');
      return kind === word ? [{ voice, number: Number(number), at }] : [];
    });
  }

  /** Resolves when the server has given the line back, and so everybody else. */
  async say(text: string): Promise<void> {
    for (;;) {
      await this.isIn();
      const isBack = new Promise<boolean>((resolve) => {
        this.#echo = { text, come: resolve };
      });
      this.#send(`PRIVMSG ${this.#options.channel} :${text}`);
      if (await isBack) return;
    }
  }

  leave(): void {
    this.#hasLeft = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({
      port: this.#options.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
    });
    this.#socket = socket;
    this.#rest = '';
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isIn = false;
      this.#echo?.come(false);
      if (!this.#hasLeft)
        setTimeout(() => {
          this.#connect();
        }, RETRY_MS).unref();
    });
    socket.on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    });
    socket.once('secureConnect', () => {
      this.#send('CAP REQ :echo-message message-tags server-time batch');
      this.#send(`NICK ${this.nick}`);
      this.#send(`USER ${this.nick} 0 * :${this.nick}`);
      this.#send('CAP END');
    });
  }

  #onLine(line: string): void {
    const [, tags = '', source = '', command = '', rest = ''] =
      /^(?:@(\S*) )?:(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    if (line.startsWith('PING ')) this.#send(line.replace('PING', 'PONG'));
    const answers: Readonly<Record<string, () => void>> = {
      PING: () => {
        this.#send(`PONG ${rest}`);
      },
      433: () => this.#socket?.destroy(),
      '001': () => {
        this.#send(`JOIN ${this.#options.channel}`);
      },
      366: () => {
        this.#isIn = true;
      },
      PRIVMSG: () => {
        this.#onSpoken({ source, msgid: /msgid=([^;]+)/.exec(tags)?.[1], rest });
      },
    };
    answers[command]?.();
  }

  #onSpoken(spoken: { source: string; msgid: string | undefined; rest: string }): void {
    const { source, msgid, rest } = spoken;
    const text = rest.slice(rest.indexOf(' :') + 2);
    // what the server repeats to who comes back
    if (msgid !== undefined && this.#seen.has(msgid)) return;
    this.#seen.add(msgid ?? '');
    this.#heard.push({ text, at: performance.now() });
    if (source.startsWith(`${this.nick}!`) && text === this.#echo?.text) this.#echo.come(true);
  }

  #send(line: string): void {
    this.#socket?.write(`${line}\r\n`);
  }
}
