import { connect, createServer, type Socket } from 'node:net';

/** A door to a service on loopback that can be shut: nobody comes in, and who is in is thrown out. */
export interface Outage {
  readonly port: number;
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

export async function startOutage(behind: number): Promise<Outage> {
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createServer((outside) => {
    if (isShut) {
      outside.destroy();
      return;
    }
    const inside = connect(behind, '127.0.0.1');
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  const throwOut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    shut: () => {
      isShut = true;
      throwOut();
    },
    open: () => {
      isShut = false;
    },
    close: async () => {
      throwOut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
