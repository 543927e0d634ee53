import { type Ircd, startIrcd } from '../../local/irc/server.ts';
import { tenths } from '../load.ts';
import type { Scene } from './scene.ts';

export interface Memory {
  readonly connections: number;
  readonly rssMb: number;
  /** From the relay's start until all were connected. */
  readonly seconds: number;
}

/** What the relay's process takes with so many TLS connections, once all are in. */
export async function memory(scene: Scene, connections: number): Promise<Memory> {
  const ircd = await startIrcd({ tls: scene.certificate });
  const began = performance.now();
  const crowd = scene.crowd({ agents: connections, port: ircd.port, temper: 'quick' });
  const { rssMb } = await crowd.allIn(connections);
  const seconds = tenths((performance.now() - began) / 1000);
  await crowd.end();
  await ircd.stop();
  return { connections, rssMb: Math.round(rssMb), seconds };
}

export interface Reconnect {
  readonly connections: number;
  /** From the end of the server, which is back at once, until all are back. */
  readonly seconds: number;
  /** How many connections were begun within any one second: they come staggered. */
  readonly mostInOneSecond: number;
}

/** With the patience that networks of strangers get. */
export async function reconnect(scene: Scene, connections: number): Promise<Reconnect> {
  let ircd: Ircd = await startIrcd({ tls: scene.certificate });
  const { port } = ircd;
  const crowd = scene.crowd({ agents: connections, port, temper: 'patient' });
  await crowd.allIn(connections);
  await ircd.stop();
  const began = performance.now();
  const before = crowd.begun.length;
  ircd = await startIrcd({ tls: scene.certificate, port });
  await crowd.allIn(0);
  await crowd.allIn(connections);
  const seconds = tenths((performance.now() - began) / 1000);
  const mostInOneSecond = mostWithin(crowd.begun.slice(before), 1000);
  await crowd.end();
  await ircd.stop();
  return { connections, seconds, mostInOneSecond };
}

function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length),
  );
}
