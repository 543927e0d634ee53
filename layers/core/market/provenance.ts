import type { BuyDeal, Generation, Purchase } from '#contract/deal.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import type { DeliveryEvidence, Product } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';

/** The corpus that a generation names: `0123456789abcdef.2` is the second look at the same one. */
export function base(generation: Generation): Generation {
  return generation.slice(0, 16);
}

/** The generation that a corpus stands for. */
export function generationIn(corpus: CorpusPointer | undefined): Generation | undefined {
  return corpus?.version.slice(0, 16);
}

/** What this product is made of: whatever those who sell it buy for it, or the corpus itself. */
function inputsOf(product: Product): readonly string[] {
  const wants = ROSTER.find(({ sells }) => sells.includes(product))?.wants ?? [];
  return wants.length > 0 ? wants : ['corpus'];
}

/**
 * Why goods that are what they claim are not what was asked for; undefined when they rest on the right things: made of the corpus that the
 * bounty names, and of the versions that we own, or that what we own is made of.
 */
export function foreignInputs(
  { product, generation }: BuyDeal,
  { inputs }: DeliveryEvidence,
  purchases: readonly Purchase[],
): string | undefined {
  const expected = inputsOf(product);
  const isMade =
    inputs.length === expected.length &&
    expected.every((name) => inputs.some((input) => input.product === name));
  if (!isMade) return `wrong-inputs: ${product} is made of ${expected.join(' and ')}`;
  const known = versionsOf(base(generation), purchases);
  for (const { product: name, version } of inputs) {
    if (name === 'corpus' && !version.startsWith(base(generation)))
      return `stale: not made of corpus ${base(generation)}`;
    const ours = known.get(name);
    if (name !== 'corpus' && ours !== undefined && ours !== version)
      return `other-inputs: made of another version of ${name} than ${ours}`;
  }
  return undefined;
}

/** Versions made of this corpus by name, as our purchases show them. */
function versionsOf(
  corpus: Generation,
  purchases: readonly Purchase[],
): ReadonlyMap<string, string> {
  const bought = purchases.flatMap(({ state, generation, evidence }) =>
    state === 'bought' && base(generation) === corpus && evidence !== undefined ? [evidence] : [],
  );
  return new Map([
    ...bought.flatMap(({ inputs }) =>
      inputs.map((input) => [input.product, input.version] as const),
    ),
    ...bought.map(({ product, version }) => [product, version] as const),
  ]);
}

/** What became of our wish to own this product of this generation. */
export function purchaseOf(
  purchases: readonly Purchase[],
  product: Product,
  generation: Generation,
): Purchase | undefined {
  return purchases.find(
    (purchase) => purchase.product === product && purchase.generation === generation,
  );
}

export function isBought(
  purchases: readonly Purchase[],
  product: Product,
  generation: Generation,
): boolean {
  return purchaseOf(purchases, product, generation)?.state === 'bought';
}
