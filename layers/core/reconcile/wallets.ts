import type { AgentId } from '#contract/ids.ts';
import { agentOf } from '#contract/roster.ts';

/** Reserves in the wallet below which its owner should be told: one that the gate keeps, and about a round of purchases. */
const RESERVES = 2n;

/** Of these balances (micro-USDC), those of buyers who can soon buy nothing more. */
export function lowWallets(balances: ReadonlyMap<AgentId, bigint>): readonly AgentId[] {
  return [...balances].flatMap(([agentId, balance]) => {
    const { wants, budget } = agentOf(agentId);
    return wants.length > 0 && balance < RESERVES * budget.reserve ? [agentId] : [];
  });
}
