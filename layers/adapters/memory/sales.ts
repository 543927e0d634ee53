import type { TxHash } from '#contract/ids.ts';
import type { Sale, X402Payment } from '#contract/x402.ts';
import type { Sales } from '#core/ports/sales.ts';
import { toldOf } from '../dynamodb/sales.ts';
import type { MemoryAgents } from './agents.ts';

/** Sales in memory, for the simulation. */
export class MemorySales implements Sales {
  readonly #agents: MemoryAgents;
  readonly #sales = new Map<string, { readonly sale: Sale; readonly claimedUntil: number }>();

  constructor(agents: MemoryAgents) {
    this.#agents = agents;
  }

  find(payment: X402Payment): Promise<Sale | undefined> {
    return Promise.resolve(this.#sales.get(keyOf(payment))?.sale);
  }

  open(sale: Sale): Promise<boolean> {
    const key = keyOf(sale.payment);
    const isNew = !this.#sales.has(key) && this.#agents.tell(sale.goods.seller, toldOf(sale));
    if (isNew) this.#sales.set(key, { sale, claimedUntil: 0 });
    return Promise.resolve(isNew);
  }

  claim(
    payment: X402Payment,
    { now, until }: { readonly now: Date; readonly until: Date },
  ): Promise<boolean> {
    const known = this.#sales.get(keyOf(payment));
    const isFree = known?.sale.state === 'pending' && known.claimedUntil < now.getTime();
    if (isFree)
      this.#sales.set(keyOf(payment), { sale: known.sale, claimedUntil: until.getTime() });
    return Promise.resolve(isFree);
  }

  letGo(payment: X402Payment): Promise<void> {
    const known = this.#sales.get(keyOf(payment));
    if (known) this.#sales.set(keyOf(payment), { ...known, claimedUntil: 0 });
    return Promise.resolve();
  }

  settled(payment: X402Payment, tx: TxHash): Promise<void> {
    const known = this.#sales.get(keyOf(payment));
    if (known)
      this.#sales.set(keyOf(payment), { ...known, sale: { ...known.sale, state: 'settled', tx } });
    return Promise.resolve();
  }
}

function keyOf({ network, asset, from, nonce }: X402Payment): string {
  return [network, asset, from, nonce].join('#');
}
