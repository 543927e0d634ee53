import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import type { AgentId } from '#contract/ids.ts';
import type { Lease } from '#core/ports/agents.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';

/** What is done under it ends well within it; a beat that wants the lease waits as long. */
const LEASE_MS = 90_000;
/** How long a beat that is under way is waited for. */
const PATIENCE_MS = 40_000;

interface Holder {
  readonly agents: DynamoAgents;
  readonly agent: AgentId;
  /** How long a beat waits when we die under it. @default 90_000 */
  readonly leaseMs?: number;
}

/** Acts as the agent while none of its beats can. @throws CannotStart when its beat does not end */
export async function withLease<T>(
  { agents, agent, leaseMs = LEASE_MS }: Holder,
  act: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await leaseOf({ agents, agent, leaseMs });
  try {
    return await act(lease);
  } finally {
    // a beat that came meanwhile is not made up for: the next one is soon
    if ((await agents.letGo(lease)) === 'again') await agents.letGo(lease);
  }
}

/** Waits for the agent's beat to end. */
async function leaseOf({ agents, agent, leaseMs }: Required<Holder>): Promise<Lease> {
  const owner = `viva-${randomUUID()}`;
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = new Date();
    const until = new Date(now.getTime() + leaseMs);
    const isFree = !(await agents.isBusy(agent, now));
    const lease = isFree && (await agents.takeLease(agent, { owner, now, until }));
    if (lease) return lease;
    if (Date.now() > giveUp)
      throw new CannotStart(`${agent} is busy with a beat that does not end: try again later.`);
    await sleep(50);
  }
}
