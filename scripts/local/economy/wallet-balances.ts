import type { Address, AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { balances } from '#core/money/ledger.ts';
import type { Clients } from './connection.ts';
import type { Library } from './progress.ts';

/** What an agent's wallet holds by the chain and by its own ledger, in micro-USDC. */
export interface WalletBalance {
  readonly id: AgentId;
  readonly wallet: Address;
  readonly onChain: bigint;
  readonly inLedger: bigint;
}

/** Every wallet of the roster, in its order. @throws when the owner enrolled none for an agent */
export async function walletBalances(
  library: Library,
  { chain, agents }: Pick<Clients, 'chain' | 'agents'>,
): Promise<readonly WalletBalance[]> {
  const wallets = new Map([...(await agents.roster())].map(([wallet, id]) => [id, wallet]));
  return Promise.all(
    ROSTER.map(async ({ id }) => {
      const wallet = wallets.get(id);
      if (wallet === undefined) throw new Error(`Nobody has enrolled a wallet of ${id}.`);
      return {
        id,
        wallet,
        onChain: await chain.balanceOf(wallet),
        inLedger: balances(library.get(id)?.entries ?? []).get('wallet') ?? 0n,
      };
    }),
  );
}
