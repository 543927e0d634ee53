import type { Pulse } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import type { Swarm } from '#core/coordinate/survey.ts';
import { NOW } from '../../support/builders.ts';

export const MINUTE = 60_000;

/** An agent that beat `ago` milliseconds before NOW, is rich, and has nothing open. */
export function aPulse(
  agentId: AgentId,
  { ago = 0, ...over }: Partial<Pulse> & { readonly ago?: number } = {},
): Pulse {
  return {
    ...{ v: 1, agentId, at: new Date(NOW.getTime() - ago).toISOString(), beatId: 'b' },
    ...{ openDeals: 0, pendingIntents: 0, wallet: 5_000_000n },
    ...over,
  };
}

/** One pulse of everybody on the roster: these, and healthy ones. */
export function everybody(...special: readonly Pulse[]): Pulse[] {
  return ROSTER.map(({ id }) => special.find(({ agentId }) => agentId === id) ?? aPulse(id));
}

/** Beating every five minutes. */
export function swarm(pulses: Iterable<Pulse>): Swarm {
  const list = [...pulses];
  return {
    pulses: new Map(
      ROSTER.flatMap(({ id }) => {
        const pulse = list.find(({ agentId }) => agentId === id);
        return pulse ? [[id, pulse] as const] : [];
      }),
    ),
    everyMs: 5 * MINUTE,
  };
}
