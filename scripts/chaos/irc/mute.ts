import { createServer } from 'node:tls';
import type { Certificate } from '../../local/irc/inspircd.ts';

/** A server with the same certificate that takes connections and never says a word. */
export async function startMute({ key, cert }: Certificate) {
  const sockets = new Set<{ destroy: () => void }>();
  let meet: () => void = () => undefined;
  const server = createServer({ key, cert }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
    meet();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return {
    port: address.port,
    /** Resolves when somebody comes. */
    met: () =>
      new Promise<void>((resolve) => {
        meet = resolve;
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
