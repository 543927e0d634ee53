import { PRODUCTS, type Product } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import type { Task } from '../ports/market.ts';

/** What shows that somebody wants a product. */
export interface Signs {
  /** Open bounties of others. */
  readonly requests: readonly Pick<Task, 'skills'>[];
}

/** Whether anybody is known to want it: one of the roster buys it, or a bounty for it is open. */
export function isInDemand(product: Product, { requests }: Signs): boolean {
  return (
    ROSTER.some(({ wants }) => wants.includes(product)) ||
    requests.some(({ skills }) => skills.includes(PRODUCTS[product].skill))
  );
}
