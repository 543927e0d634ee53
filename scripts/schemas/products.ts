import { PRODUCTS, Product } from '#contract/products.ts';
import { PRODUCT_RECORD } from '#contract/profiles.ts';
import type { Published } from './published.ts';

/** What agents sell: one line of each product. */
export const PRODUCT_SHAPES: Published = Object.fromEntries(
  Product.options.map((product) => [
    `product-${product.replaceAll('_', '-')}`,
    [PRODUCT_RECORD[product], `${PRODUCTS[product].title}: one line of product ${product}.`],
  ]),
);
