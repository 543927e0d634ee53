import type { AgentState } from '#contract/agent-state.ts';
import type { Generation } from '#contract/deal.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { type Agent, ROSTER } from '#contract/roster.ts';
import type { Task } from '../ports/market.ts';
import { costPerSale, expectedSales, isSelling, withFee } from './history.ts';
import { base } from './provenance.ts';
import { generationOf } from './request.ts';

/** What shows that somebody wants a product. */
interface Signs {
  readonly agent: Agent;
  readonly state: AgentState;
  /** Open bounties of others. */
  readonly requests: readonly Task[];
  readonly now: Date;
}

/** Whether anybody is known to want it: one of the roster buys it, a bounty for it is open, or it was sold in the last week. */
export function isInDemand(product: Product, { state, requests, now }: Signs): boolean {
  return (
    ROSTER.some(({ wants }) => wants.includes(product)) ||
    requests.some(({ skills }) => skills.includes(PRODUCTS[product].skill)) ||
    isSelling(product, state, now)
  );
}

/**
 * How often what is made of the inputs of this generation will be sold: as our history says, or to all who ask for it at its price
 * right now. Undefined while nobody wants it, or when the inputs would not be paid for: then they are not bought.
 */
export function salesWorthBuyingFor(generation: Generation, signs: Signs): number | undefined {
  const { agent } = signs;
  const cost = agent.wants.reduce((sum, input) => sum + PRODUCTS[input].price, 0n);
  const expected = agent.sells
    .filter((product) => isInDemand(product, signs))
    .map((product) => ({
      price: PRODUCTS[product].price,
      sales: Math.max(expectedSales(product, signs), askers(product, generation, signs)),
    }))
    .filter(({ price, sales }) => {
      const perSale = costPerSale(cost, sales);
      return perSale !== undefined && withFee(perSale) <= price;
    })
    .map(({ sales }) => sales);
  return expected.length === 0 ? undefined : Math.max(...expected);
}

function askers(product: Product, generation: Generation, { requests }: Signs): number {
  const { skill, price } = PRODUCTS[product];
  const asking = requests.filter(
    (task) =>
      task.skills.includes(skill) &&
      task.bounty >= price &&
      base(generationOf(task) ?? generation) === base(generation),
  );
  return new Set(asking.map(({ publisher }) => publisher)).size;
}
