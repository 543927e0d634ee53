import { channels } from './channels.ts';
import type { Network } from './network.ts';
import type { Peer } from './peer.ts';
import { queries } from './queries.ts';
import { registration } from './registration.ts';
import { talking } from './talking.ts';
import { type Message, parseMessage } from './wire.ts';

export type Handler = (network: Network, peer: Peer, params: readonly string[]) => void;

const BEFORE = new Map(Object.entries(registration));
const AFTER = new Map(Object.entries({ ...channels, ...talking, ...queries }));

/** Does what one line from a client says. */
export function obey(network: Network, peer: Peer, line: string): void {
  const message = parseMessage(line);
  if (message === undefined) return;
  peer.labelled(message.label, () => {
    dispatch(network, peer, message);
  });
}

function dispatch(network: Network, peer: Peer, { command, params }: Message): void {
  const early = BEFORE.get(command);
  if (early !== undefined) {
    early(network, peer, params);
    return;
  }
  const handler = AFTER.get(command);
  if (!peer.isRegistered) peer.reply('451', 'You have not registered');
  else if (handler === undefined) peer.reply('421', command.slice(0, 20), 'Unknown command');
  else handler(network, peer, params);
}
