import fc from 'fast-check';
import { ROSTER } from '#contract/roster.ts';
import { nasty } from './arbitrary.ts';
import { type Actor, ask, type Target } from './world.ts';

interface Knock {
  readonly path: string;
  readonly payment: unknown;
  readonly header: string;
  readonly isSigned: boolean;
}

const names = ROSTER.map(({ id }) => String(id));
const products = ROSTER.flatMap(({ sells }) => sells.map(String));
const segment = fc.oneof(
  fc.constantFrom(...names, ...products),
  fc.string({ unit: 'binary' }),
  fc.uuid(),
);
const path = fc.oneof(
  fc.constantFrom('/products', '/health', '/nowhere'),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...products))
    .map(([a, b]) => `/products/${a}/${b}`),
  fc.tuple(segment, segment).map(([a, b]) => `/products/${written(a)}/${written(b)}`),
  fc.tuple(segment, segment).map(([a, b]) => `/deliveries/${written(a)}?seller=${written(b)}`),
  segment.map((name) => `/agents/${written(name)}/card.json`),
);
/** Something like an x402 v2 payment, or nothing like it. */
const payment = fc.oneof(
  nasty,
  fc.record({
    x402Version: fc.oneof(fc.constant(2), nasty),
    accepted: fc.oneof(
      fc.record({ scheme: fc.constant('exact'), network: nasty, amount: nasty }),
      nasty,
    ),
    payload: fc.oneof(fc.record({ signature: nasty, authorization: nasty }), nasty),
  }),
);
const knock: fc.Arbitrary<Knock> = fc.record({
  path,
  payment,
  header: fc.constantFrom('payment-signature', 'x-payment', 'x-nothing'),
  isSigned: fc.boolean(),
});

/** Asks the storefront `n` times for what was not paid for; sentences about what is wrong. */
export async function fuzzStorefront(
  n: number,
  {
    seed,
    target,
    actor,
  }: { readonly seed: number; readonly target: Target; readonly actor: Actor },
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { path: place, payment: paid, header, isSigned } of fc.sample(knock, {
    numRuns: n,
    seed,
  })) {
    const { status, text } = await ask(target, {
      method: 'GET',
      url: `${target.storefrontUrl ?? ''}${place}`,
      headers: { [header]: Buffer.from(JSON.stringify(paid)).toString('base64') },
      by: isSigned ? actor : undefined,
    });
    const isSold = status === 200 && /^\/products\/[^/]+\//.test(place);
    const isBroken = status >= 500 && status !== 502;
    if (isSold || isBroken)
      wrong.push(`GET ${place} was answered ${status}: ${text.slice(0, 200)}`);
  }
  return wrong;
}

function written(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || '-';
}
