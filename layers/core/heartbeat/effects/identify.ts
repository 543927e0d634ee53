import type { MarketError } from '../../ports/market.ts';
import { intend } from '../change.ts';
import { type Effect, type Job, later, type Outcome } from './effect.ts';

/** Gets or finds the agent's ERC-8004 identity; what deals with the market waits for it. */
export const identify: Effect = async ({ agent, snapshot, hands }) => {
  const identity = await hands.identities.own(agent.id);
  return {
    kind: 'change',
    change: { state: { ...snapshot.state, identity: identity.toString() } },
  };
};

/** What a call to the market waits for; undefined when we have an identity. */
export function withoutIdentity({ snapshot }: Job): Outcome | undefined {
  return snapshot.state.identity === undefined
    ? { kind: 'later', reason: 'no ERC-8004 identity yet' }
    : undefined;
}

/** `later`, and should the market not believe that we have an identity, the registry is asked once more. */
export function laterOnceKnown(error: MarketError, { agent, snapshot, at }: Job): Outcome {
  if (error.kind !== 'unidentified') return later(error);
  const { identity: _unknown, ...state } = snapshot.state;
  const change = { state, intents: [intend('identify', agent.id, at)] };
  return { kind: 'later', reason: error.kind, change };
}
