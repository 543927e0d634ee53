import { createServer, type TLSSocket } from 'node:tls';
import type { Certificate } from '../../local/irc/inspircd.ts';

const CAPABILITIES = 'message-tags server-time batch echo-message account-tag labeled-response';

/** An IRC server that lets everybody in and has one thing to say, to each connection as fast as it is read. */
export async function startBlast({ key, cert }: Certificate) {
  const joined = new Set<TLSSocket>();
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key, cert }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      joined.delete(socket);
      sockets.delete(socket);
    });
    letIn(socket, () => joined.add(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP address.');
  return {
    port: address.port,
    joined: () => joined.size,
    /** So many commands of one person, each line to everybody, with a msgid. */
    blast: (lines: number) => {
      const bytes = commands(lines);
      for (const socket of joined) socket.write(bytes);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function commands(lines: number): Buffer {
  const line = (n: number): string =>
    `@time=2026-01-01T00:00:00.000Z;msgid=${n} :maria!maria@host PRIVMSG #hall-0 :!status ${n}\r\n`;
  return Buffer.from(Array.from({ length: lines }, (_, n) => line(n)).join(''));
}

/** Answers what a client says until it has joined. */
function letIn(socket: TLSSocket, onJoined: () => void): void {
  let [nick, rest] = ['', ''];
  const tell = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  const answers: Readonly<Record<string, (words: readonly string[]) => void>> = {
    'CAP LS': () => {
      tell(`:blast CAP * LS :${CAPABILITIES}`);
    },
    'CAP REQ': (words) => {
      tell(`:blast CAP * ACK ${words.slice(2).join(' ')}`);
    },
    'CAP END': () => {
      tell(`:blast 001 ${nick} :Welcome`);
    },
    NICK: ([, wanted = '']) => {
      nick = wanted;
    },
    PING: ([, token = '']) => {
      tell(`:blast PONG blast ${token}`);
    },
    JOIN: ([, channel = '']) => {
      tell(`:${nick}!peer@host JOIN ${channel}`);
      onJoined();
    },
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const words of lines.map((line) => line.split(' '))) {
      const [command = '', argument = ''] = words;
      (answers[command] ?? answers[`${command} ${argument}`])?.(words);
    }
  });
}
