import type { DeliveryEvidence, Product } from '#contract/products.ts';
import type { Inspector } from '#core/refinery/inspect.ts';
import { type DeliveryFlaw, Goods, Refused } from './goods.ts';

/** What records that say nothing can cost a rating. */
const HOLLOW_PENALTY = 20;

export type Verdict =
  | {
      readonly ok: true;
      readonly records: number;
      readonly users: number;
      readonly sha256: string;
      readonly bytes: number;
      /** 100, less up to 20 for the share of records that are valid and say nothing. */
      readonly score: number;
      readonly checks: readonly string[];
    }
  | { readonly ok: false; readonly reason: DeliveryFlaw; readonly detail: string };

export interface DeliveryCheck {
  readonly evidence: DeliveryEvidence;
  readonly body: AsyncIterable<Uint8Array>;
  readonly minimumRecords: number;
  readonly maxBytes: number;
  readonly expected: {
    readonly product: Product;
    readonly now: Date;
    /** Versions of this product that this buyer paid for already. */
    readonly boughtVersions?: readonly string[];
  };
  /**
   * Stores the goods in the same pass. The stream that it gets ends only when everything was found good and fails otherwise, so
   * a store that writes whole objects or nothing keeps nothing that is bad.
   */
  readonly sink?: (body: AsyncIterable<Uint8Array>) => Promise<void>;
}

const CHECKS = [
  'product',
  'version',
  'dates',
  'size',
  'sha256',
  'gzip',
  'records',
  'schema',
  'order',
  'variety',
] as const;

/**
 * The buyer's verification of a delivery against what its seller promised, in one streamed pass. Bad goods are a value; it throws
 * only when the body cannot be read or the sink fails, which says nothing about the goods.
 */
export async function checkDelivery(check: DeliveryCheck): Promise<Verdict> {
  const promised = promiseFlaw(check);
  if (promised) return promised;

  const goods = new Goods(check.evidence);
  let verdict: Verdict | undefined;
  async function* checked(): AsyncGenerator<Uint8Array> {
    try {
      yield* goods.read(check.body);
      verdict = accept(check.evidence, goods.inspector);
    } catch (error) {
      if (error instanceof Refused) verdict = refusal(error.reason, error.message);
      throw error;
    }
  }
  try {
    await (check.sink ?? drain)(checked());
  } catch (error) {
    // a sink wraps or passes on what its stream threw; a failure of its own after good goods is not the seller's
    if (verdict?.ok !== false) throw error;
  }
  if (!verdict) throw new Error('The sink did not read the delivery to its end.');
  return verdict;
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

function refusal(reason: DeliveryFlaw, detail: string): Verdict & { readonly ok: false } {
  return { ok: false, reason, detail };
}

/** What is wrong with the promise itself: nothing needs to be fetched to see it. */
function promiseFlaw({ evidence, expected, ...check }: DeliveryCheck): Verdict | undefined {
  const { product, version, records, bytes, from, to, inputs } = evidence;
  if (product !== expected.product) {
    return refusal('wrong-product', `${product} was delivered, ${expected.product} was asked for`);
  }
  if (expected.boughtVersions?.includes(version) === true) {
    return refusal('already-bought', `version ${version} was paid for before`);
  }
  if (inputs.length === 0)
    return refusal('no-inputs', 'the evidence names nothing that it rests on');
  if (!isSpan(from, to, expected.now)) {
    return refusal('bad-dates', `${from} to ${to} is no past range of time`);
  }
  if (records < check.minimumRecords) {
    return refusal('too-few', `${records} records, ${check.minimumRecords} were asked for`);
  }
  if (bytes > check.maxBytes) {
    return refusal('too-large', `${bytes} bytes, at most ${check.maxBytes} are taken`);
  }
  return undefined;
}

/** An ISO range that ends before tomorrow: clocks of streams may be a zone ahead. */
function isSpan(from: string, to: string, now: Date): boolean {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return start <= end && end <= now.getTime() + 86_400_000;
}

function accept({ sha256, bytes }: DeliveryEvidence, { tally, hollow }: Inspector): Verdict {
  return {
    ok: true,
    records: tally.records,
    users: tally.users,
    sha256,
    bytes,
    score: 100 - Math.round((HOLLOW_PENALTY * hollow) / Math.max(1, tally.records)),
    checks: CHECKS,
  };
}
