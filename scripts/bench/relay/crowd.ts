import { AgentId } from '#contract/ids.ts';
import { type Agent, ROSTER } from '#contract/roster.ts';
import { wire } from '../../../functions/irc-relay/wiring.ts';

const A_HALL = 25;

/** The relay as it is deployed, for a made-up roster: `<agents>`, 25 to a channel. Who asks by IPC is told how it is. */
const count = Number(process.argv[2]);
const [one] = ROSTER;
if (one === undefined) throw new Error('The roster is empty.');
const roster: Agent[] = Array.from({ length: count }, (_, index) => ({
  ...one,
  id: AgentId.parse(`kk-bench-${index}`),
  role: 'consumer',
  channels: [`#hall-${Math.floor(index / A_HALL)}`],
}));
const { relay } = await wire(roster);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const { connected } = relay.health(Date.now());
  const rssMb = process.memoryUsage.rss() / 1e6;
  process.send?.({ connected, cpuMs: (user + system) / 1000, rssMb });
});
process.on('disconnect', () => process.exit(0));
await relay.start();
