import { EventEmitter } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  TLSSocket,
} from 'node:tls';

/** Longest line a server may send: 8191 bytes of tags and 512 of message, https://ircv3.net/specs/extensions/message-tags#size-limit */
const MAX_LINE = 8191 + 512;
const CONNECT_MS = 20_000;
const LF = 10;

export interface TransportOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** SHA-256, lower-case hex: who shows none of these is hung up on; without any, authorities must vouch for the server. */
  readonly fingerprints: readonly string[];
  /** Why there is no connection. */
  readonly onFailed: (error: Error) => void;
  /** A line that nobody could make sense of. */
  readonly onMalformed: (error: unknown) => void;
}

let context: SecureContext | undefined;

/**
 * A transport for irc-framework (https://github.com/kiwiirc/irc-framework/blob/master/docs/clientapi.md) in place of its own, which
 * knows no fingerprints, has no bound on a line, and lets a malformed one end the process. One TLS context serves all connections.
 */
export class Transport extends EventEmitter {
  readonly #options: TransportOptions;
  #socket: Socket | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #isSkipping = false;
  #error: Error | undefined;

  constructor(options: TransportOptions) {
    super();
    this.#options = options;
  }

  connect(): void {
    const socket = this.#open();
    this.#socket = socket;
    socket.setTimeout(CONNECT_MS, () => {
      socket.destroy(new Error(`no connection within ${CONNECT_MS / 1000} s`));
    });
    socket.once(this.#options.tls ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      const refusal = this.#refusal(socket);
      if (refusal === undefined) this.emit('open');
      else socket.destroy(new Error(refusal));
    });
    socket.on('data', (chunk) => {
      this.#read(chunk);
    });
    socket.on('error', (error) => {
      this.#error = error;
      this.#options.onFailed(error);
    });
    socket.on('close', () => {
      this.emit('close', this.#error ?? false);
    });
  }

  writeLine(line: string, written?: () => void): void {
    if (this.#socket?.writable === true) this.#socket.write(`${line}\r\n`, () => written?.());
    else if (written !== undefined) process.nextTick(written);
  }

  close(isForced: boolean): void {
    if (isForced || this.#socket?.connecting === true) this.#socket?.destroy();
    else this.#socket?.end();
  }

  disposeSocket(): void {
    this.#socket?.destroy();
  }

  /** It speaks UTF-8. */
  setEncoding(encoding: string): boolean {
    return encoding === 'utf8';
  }

  #open(): Socket {
    const { host, port, tls, fingerprints } = this.#options;
    if (!tls) return connectTcp({ host, port });
    context ??= createSecureContext({ minVersion: 'TLSv1.2' });
    return connectTls({
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      secureContext: context,
      // a pinned certificate is vouched for by its fingerprint alone, which is compared before anything is sent
      rejectUnauthorized: fingerprints.length === 0,
    });
  }

  #refusal(socket: Socket): string | undefined {
    const { fingerprints } = this.#options;
    if (!(socket instanceof TLSSocket) || fingerprints.length === 0) return undefined;
    const shown = (socket.getPeerX509Certificate()?.fingerprint256 ?? '')
      .replaceAll(':', '')
      .toLowerCase();
    return fingerprints.includes(shown)
      ? undefined
      : `the server shows certificate ${shown || 'none'}, which is not pinned`;
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      this.#hold(chunk.subarray(from, end));
      this.#tell();
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  #hold(bytes: Buffer): void {
    this.#isSkipping ||= this.#rest.length + bytes.length > MAX_LINE;
    if (this.#isSkipping) this.#rest = Buffer.alloc(0);
    // most lines come whole: those are not copied
    else this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
  }

  #tell(): void {
    const line = this.#rest.toString('utf8').trimEnd();
    const isWhole = !this.#isSkipping;
    this.#rest = Buffer.alloc(0);
    this.#isSkipping = false;
    if (!isWhole || line === '') return;
    try {
      this.emit('line', line);
    } catch (error) {
      this.#options.onMalformed(error);
    }
  }
}
