import type { AgentState } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { OpenPayment } from '#contract/x402.ts';
import { anOpenPayment, txOf, walletOf } from './builders.ts';

/** What the storefront tells a seller of a sale of what is newest on its shelf. */
export function aDirectSale(
  seller: AgentId,
  sale: {
    readonly product: Product;
    readonly state: AgentState | undefined;
    readonly nonce: number;
  },
): OpenPayment {
  const { product, state, nonce } = sale;
  const { order, ...open } = anOpenPayment({
    ...{ from: walletOf('stranger'), to: walletOf(seller), nonce: txOf(nonce) },
    amount: PRODUCTS[product].price,
  });
  const version = state?.stock[product]?.version ?? '';
  const account = `income:${product}`;
  return { ...open, direction: 'in', account, sold: { product, version } };
}
