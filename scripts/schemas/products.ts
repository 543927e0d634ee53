import { Aggregated } from '#contract/aggregated.ts';
import { PRODUCTS, Product, ProductManifest } from '#contract/products.ts';
import { PRODUCT_RECORD } from '#contract/profiles.ts';
import type { Published } from './published.ts';

/** One line of each product. */
const LINES: Published = Object.fromEntries(
  Product.options.map((product) => [
    `product-${product.replaceAll('_', '-')}`,
    [PRODUCT_RECORD[product], `${PRODUCTS[product].title}: one line of product ${product}.`],
  ]),
);

/** What agents sell, what goes with it, and the old shape of raw_logs. */
export const PRODUCT_SHAPES: Published = {
  ...LINES,
  'product-manifest': [ProductManifest, 'What goes with every version of a product.'],
  aggregated: [Aggregated, 'raw_logs in the old shape: `viva products aggregated`.'],
};
