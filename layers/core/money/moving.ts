import type { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';

/** USDC that an owner moves between wallets, in micro-USDC. No agent decides on it, so no budget limits it. */
export interface Move {
  readonly from: Address;
  readonly to: Address;
  readonly amount: bigint;
}

export interface MovingRules {
  readonly network: Network;
  /** The owner has said twice that real money is meant: with the command, and in a setting. */
  readonly isMainnetMeant: boolean;
  /** The stage's own wallets, and whom the owner named for this move. */
  readonly payees: ReadonlySet<Address>;
  /** What `from` holds on chain. */
  readonly balance: bigint;
}

export type MoveRefusal =
  | 'mainnet'
  | 'not-an-amount'
  | 'own-wallet'
  | 'unknown-payee'
  | 'not-enough';

/** The gate's half for owners. Undefined means: go ahead. */
export function refuseMove(
  { from, to, amount }: Move,
  { network, isMainnetMeant, payees, balance }: MovingRules,
): MoveRefusal | undefined {
  if (network.isMainnet && !isMainnetMeant) return 'mainnet';
  if (amount <= 0n) return 'not-an-amount';
  if (from === to) return 'own-wallet';
  if (!payees.has(to)) return 'unknown-payee';
  return balance < amount ? 'not-enough' : undefined;
}
