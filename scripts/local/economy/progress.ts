import type { Book } from '#adapters/dynamodb/books.ts';
import type { Intent } from '#contract/agent-state.ts';
import type { BuyDeal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import type { Clients } from './connection.ts';

export type Library = ReadonlyMap<AgentId, Book>;

export async function readAll({ books }: Clients): Promise<Library> {
  return new Map(
    await Promise.all(ROSTER.map(async ({ id }) => [id, await books.of(id)] as const)),
  );
}

/** Bounties that were paid, oldest first. */
export function settledDeals(library: Library): readonly (BuyDeal & { readonly buyer: AgentId })[] {
  const deals = [...library].flatMap(([buyer, { deals }]) =>
    deals.flatMap((deal) =>
      deal.side === 'buy' && deal.releaseTx !== undefined ? [{ ...deal, buyer }] : [],
    ),
  );
  return deals.toSorted((a, b) => a.openedAt.localeCompare(b.openedAt));
}

/** Goods that nobody waits for are made, and put on sale at the direct door, when all deals are done: no deal is missing without them. */
const AFTERWARDS = new Set<Intent['kind']>(['refine', 'shelve']);

/** What still keeps the chain from being through with this corpus; empty when every want is bought and every desk is clear. */
export function unfinished(library: Library, generation: string): readonly string[] {
  return ROSTER.flatMap(({ id, wants }) => {
    const book = library.get(id);
    if (book?.state?.isOpened !== true) return [`${id} has not opened its ledger`];
    const missing = wants
      .filter(
        (product) =>
          !book.purchases.some(
            (one) =>
              one.product === product && one.generation === generation && one.state === 'bought',
          ),
      )
      .map((product) => `${id} has not bought ${product}`);
    const open = book.deals
      .filter(({ state }) => state !== 'settled' && state !== 'closed')
      .map(({ taskId, product, state }) => `${id}: deal ${taskId} (${product}) is ${state}`);
    const intents = book.intents
      .filter(({ kind }) => !AFTERWARDS.has(kind))
      .map((intent) => `${id}: ${intent.id} is not done`);
    return [...missing, ...open, ...intents];
  });
}
