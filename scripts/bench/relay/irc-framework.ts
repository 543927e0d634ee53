import ircFramework, { type Options } from 'irc-framework';
import { Transport } from '#adapters/irc/transport.ts';

/**
 * The relay's peer: `<port> <connections> <lines>`; as many clients of irc-framework, over the relay's transport, which count what is said
 * and do nothing about it. Tells by IPC, with its CPU time in ms, when all have heard all.
 */
const [port = 0, connections = 0, lines = 0] = process.argv.slice(2, 5).map(Number);
const fingerprints = process.argv.slice(5);
let missing = connections * lines;

function count(): void {
  missing -= 1;
  if (missing > 0) return;
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
}

for (let index = 0; index < connections; index += 1) {
  const client = new ircFramework.Client();
  client.connection.on('message', ({ command }) => {
    if (command === '001') client.raw('JOIN', '#hall-0');
    if (command === 'PRIVMSG') count();
  });
  const options: Options = {
    ...{ host: '127.0.0.1', port, tls: true, fingerprints, transport: Transport },
    ...{ onFailed: () => undefined, onMalformed: () => undefined },
    ...{ nick: `peer-${index}`, username: 'peer', gecos: 'peer', version: '' },
    ...{ auto_reconnect: false, enable_echomessage: true, ping_interval: 0, ping_timeout: 0 },
  };
  client.connect(options);
}
process.on('disconnect', () => process.exit(0));
