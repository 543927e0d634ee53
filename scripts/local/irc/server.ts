import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { obey } from './commands.ts';
import { type HeardLine, Network } from './network.ts';
import { Peer, SERVER_NAME } from './peer.ts';
import { LineReader } from './wire.ts';

const MAX_CLIENTS = 1000;
/** A client that sent nothing for so long is asked, and for twice as long is gone. */
const QUIET_MS = 60_000;

export interface Ircd {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * The local economy's IRC server: RFC 2812 clients on loopback, over TLS when it is given a certificate, without operators, bans or
 * services, and with the IRCv3 capabilities of `CAPABILITIES`. Who joins and knows batches hears the last ten minutes. `onLine` sees
 * each channel message once.
 * @throws when `port` is taken
 */
export async function startIrcd({
  port = 0,
  host = '127.0.0.1',
  onLine = () => undefined,
  quietMs = QUIET_MS,
  tls,
  accounts,
}: {
  readonly port?: number;
  readonly host?: string;
  readonly onLine?: (line: HeardLine) => void;
  readonly quietMs?: number;
  /** In PEM. @default - plain TCP */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Passwords by services account. @default - no SASL */
  readonly accounts?: ReadonlyMap<string, string> | undefined;
} = {}): Promise<Ircd> {
  const network = new Network(onLine, accounts);
  const connections = new Map<Socket, Peer>();
  const onSocket = (socket: Socket): void => {
    accept(socket, { network, connections });
  };
  const server: Server =
    tls === undefined
      ? createServer({ noDelay: true }, onSocket)
      : createTlsServer({ ...tls, noDelay: true }, onSocket);
  server.maxConnections = MAX_CLIENTS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const checks = setInterval(() => {
    checkQuiet(connections.values(), quietMs);
  }, quietMs / 4);
  checks.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return {
    port: address.port,
    stop: async () => {
      clearInterval(checks);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of connections.keys()) socket.destroy();
      await closed;
    },
  };
}

function accept(
  socket: Socket,
  { network, connections }: { network: Network; connections: Map<Socket, Peer> },
): void {
  const peer = new Peer(socket);
  const reader = new LineReader();
  connections.set(socket, peer);
  socket.on('data', (chunk: Buffer) => {
    peer.lastHeard = Date.now();
    for (const line of reader.read(chunk)) {
      if (!socket.writable) return;
      obey(network, peer, line);
    }
  });
  // the close that follows says all there is to say
  socket.on('error', () => undefined);
  socket.on('close', () => {
    connections.delete(socket);
    network.remove(peer, 'Connection closed');
  });
}

function checkQuiet(peers: Iterable<Peer>, quietMs: number): void {
  for (const peer of peers) {
    const quiet = Date.now() - peer.lastHeard;
    if (quiet > 2 * quietMs) peer.close('Ping timeout');
    else if (quiet > quietMs && peer.isRegistered) peer.send(SERVER_NAME, `PING :${SERVER_NAME}`);
    else if (quiet > quietMs) peer.close('Registration timeout');
  }
}
