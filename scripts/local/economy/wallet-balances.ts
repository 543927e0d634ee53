import { Address, type AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { balances } from '#core/money/ledger.ts';
import { devAccount } from '../chain/accounts.ts';
import type { Clients } from './connection.ts';
import type { Library } from './progress.ts';

/** What an agent's wallet holds by the chain and by its own ledger, in micro-USDC. */
export interface WalletBalance {
  readonly id: AgentId;
  readonly onChain: bigint;
  readonly inLedger: bigint;
}

/** Every wallet of the roster, in its order. */
export function walletBalances(
  library: Library,
  { chain }: Pick<Clients, 'chain'>,
): Promise<readonly WalletBalance[]> {
  return Promise.all(
    ROSTER.map(async ({ id, hdIndex }) => ({
      id,
      onChain: await chain.balanceOf(Address.parse(devAccount(hdIndex).address)),
      inLedger: balances(library.get(id)?.entries ?? []).get('wallet') ?? 0n,
    })),
  );
}
