import type { Pulse, Trade } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { Product } from '#contract/products.ts';
import { isPastDeadline, isTooLateToPay } from '../market/patience.ts';
import type { Snapshot } from '../ports/agents.ts';

const NO_TRADE: Trade = { income: 0n, expense: 0n, fees: 0n };

/** What an agent shows of itself at the end of a beat. `wallet` in micro-USDC as the chain said; `balances` by account of its ledger. */
export function pulseOf(
  { state, deals, intents }: Pick<Snapshot, 'state' | 'deals' | 'intents'>,
  {
    agentId,
    beatId,
    now,
    wallet,
    balances,
  }: {
    readonly agentId: AgentId;
    readonly beatId: string;
    readonly now: Date;
    readonly wallet: bigint;
    readonly balances: ReadonlyMap<string, bigint>;
  },
): Pulse {
  const open = [...deals.values()];
  const [oldestDealAt] = open.map(({ openedAt }) => openedAt).toSorted();
  return {
    v: 1,
    agentId,
    at: now.toISOString(),
    beatId,
    openDeals: open.length,
    bounties: open.filter(({ side }) => side === 'buy').length,
    pendingIntents: intents.length,
    wallet,
    ...(oldestDealAt !== undefined && { oldestDealAt }),
    overdue: open.filter((deal) => isPastDeadline(deal, now) || isTooLateToPay(deal, now)).length,
    shelf: Product.options.filter((product) => state.stock[product] !== undefined),
    ...(balances.size > 0 && { trades: tradesIn(balances) }),
  };
}

/** By product. Income is booked as a credit: what came in is its negative. */
function tradesIn(balances: ReadonlyMap<string, bigint>): Record<string, Trade> {
  const trades: Record<string, Trade> = {};
  for (const [account, balance] of balances) {
    const [kind = '', product = ''] = account.split(':');
    if (kind !== 'income' && kind !== 'expense' && kind !== 'fees') continue;
    const amount = kind === 'income' ? -balance : balance;
    trades[product] = { ...(trades[product] ?? NO_TRADE), [kind]: amount };
  }
  return trades;
}
