import { formatUsdc } from '#contract/money.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';
import { phrase, phrasingsOf } from './persona.ts';

const HOUR_MS = 3_600_000;

/** What an agent says when it comes to its first channel, worded otherwise than in the hour before. */
export function introduction({ id, sells, wants }: Agent, at: Date): string {
  const facts = { id, sells: priceList(sells), buys: priceList(wants) };
  return phrase(phrasingsOf(id, 'introduction'), Math.floor(at.getTime() / HOUR_MS), facts);
}

function priceList(products: readonly Product[]): string {
  const items = products.map((name) => {
    const { title, price } = PRODUCTS[name];
    return `${title} $${formatUsdc(price)}`;
  });
  return items.length === 0 ? '—' : items.join(', ');
}
