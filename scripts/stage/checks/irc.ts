import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Site } from '../site.ts';
import { type Check, type Found, failed, ok, skipped } from './check.ts';

const SILENT_MS = 10_000;

/** Whether the stage's IRC server speaks to us, and over TLS who it says it is. */
export function ircCheck({ stage, connection }: Site): Check {
  const { host, port } = connection?.irc ?? stage.irc;
  return {
    name: 'irc',
    look: () =>
      stage.relay === 'off'
        ? Promise.resolve(skipped('the stage runs no relay'))
        : greet({ host, port, isTls: stage.irc.tls === 'on' }),
  };
}

async function greet(server: {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}): Promise<Found> {
  const { host, port, isTls } = server;
  const at = `${host}:${port}`;
  try {
    const socket = await open(server);
    const line = await firstLine(socket);
    const who = 'getPeerCertificate' in socket ? certificate(socket) : 'without TLS';
    socket.destroy();
    return /\b(CAP|NOTICE|PING|\d{3})\b/.test(line)
      ? ok(`${at}, ${who}`)
      : failed(`${at} does not speak IRC`, 'name another server in lib/stages.ts');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(
      `${at} cannot be reached${isTls ? ' over TLS' : ''} (${why})`,
      'check host, port and certificate, or set the stage’s `relay` to off',
    );
  }
}

function open({
  host,
  port,
  isTls,
}: {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}): Promise<Socket | TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ host, port, servername: host }, () => {
          resolve(socket);
        })
      : connectPlain({ host, port }, () => {
          resolve(socket);
        });
    socket.setTimeout(SILENT_MS, () => socket.destroy(new Error('silence')));
    socket.once('error', reject);
  });
}

/** What it says to a question that every server answers before registration. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('utf8', 0, 512));
    });
    socket.once('error', reject);
    socket.once('close', () => {
      reject(new Error('it hung up'));
    });
    socket.write('CAP LS 302\r\n');
  });
}

function certificate(socket: TLSSocket): string {
  const { fingerprint256, valid_to: until } = socket.getPeerCertificate();
  return `certificate ${fingerprint256} until ${until}`;
}
