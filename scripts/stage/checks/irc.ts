import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Fingerprint, IrcServer } from '#contract/irc-server.ts';
import type { Site } from '../site.ts';
import { type Check, type Found, failed, ok, skipped } from './check.ts';

const SILENT_MS = 10_000;

/** Whether one of the stage's IRC servers speaks to us, and over TLS is who it says it is, or one whose certificate the stage knows. */
export function ircCheck({ stage, connection }: Site): Check {
  const { servers, tls, fingerprints = '' } = stage.irc;
  const pinned =
    fingerprints === '' ? [] : fingerprints.split(',').map((one) => Fingerprint.parse(one));
  const named = servers.split(',').map((one) => IrcServer.parse(one.trim()));
  return {
    name: 'irc',
    look: async () => {
      if (stage.relay === 'off') return skipped('the stage runs no relay');
      const each = await Promise.all(
        (connection === undefined ? named : [connection.irc]).map((server) =>
          greet({ ...server, isTls: tls === 'on', pinned }),
        ),
      );
      return each.find(({ status }) => status === 'ok') ?? each[0] ?? skipped('no server is named');
    },
  };
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly pinned: readonly string[];
}

async function greet(server: Server): Promise<Found> {
  const at = `${server.host}:${server.port}`;
  try {
    const socket = await open(server);
    const line = await firstLine(socket);
    const found = /\b(CAP|NOTICE|PING|\d{3})\b/.test(line)
      ? identity(at, socket, server)
      : failed(`${at} does not speak IRC`, 'name another server in lib/stages.ts');
    socket.destroy();
    return found;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(
      `${at} cannot be reached${server.isTls ? ' over TLS' : ''} (${why})`,
      'check host, port and certificate, or set `relay` of the stage to off',
    );
  }
}

/** Authorities have vouched for it before anything was said, unless the stage pins certificates. */
function identity(at: string, socket: Socket | TLSSocket, { pinned }: Server): Found {
  if (!('getPeerCertificate' in socket)) return ok(`${at}, without TLS`);
  const { fingerprint256, valid_to: until } = socket.getPeerCertificate();
  const words = `${at}, certificate ${fingerprint256} until ${until}`;
  return pinned.length === 0 || pinned.includes(Fingerprint.parse(fingerprint256))
    ? ok(words)
    : failed(
        `${words} is not the pinned one`,
        'compare it with its operator, then set `fingerprints` of the stage',
      );
}

function open({ host, port, isTls, pinned }: Server): Promise<Socket | TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls(
          {
            host,
            port,
            rejectUnauthorized: pinned.length === 0,
            ...(isIP(host) === 0 && { servername: host }),
          },
          () => {
            resolve(socket);
          },
        )
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
