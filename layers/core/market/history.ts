import { type AgentState, type SalesHistory, VERSIONS_REMEMBERED } from '#contract/agent-state.ts';
import { FEE_BPS } from '#contract/money.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import type { Agent } from '#contract/roster.ts';

/** So many versions tell what the next will sell; for each that is not known yet the roster's word stands. */
const TELLING = 4;
/** What is older than a week tells nothing of the next, in ms. */
const WEEK_MS = 7 * 86_400_000;
const ONE = 10_000n;

const NOTHING: SalesHistory = { versions: [] };

/** How many sales the next version of a product may expect: the mean of its last ones, for the roster's word where one is missing. */
export function expectedSales(
  product: Product,
  { agent, state, now }: { readonly agent: Agent; readonly state: AgentState; readonly now: Date },
): number {
  const { versions } = state.sales?.[product] ?? NOTHING;
  const prior = agent.expectedSales?.[product] ?? 1;
  const known = versions
    .filter(({ madeAt }) => now.getTime() - Date.parse(madeAt) <= WEEK_MS)
    .slice(-TELLING);
  const sales = known.reduce((sum, { sold: count }) => sum + count, 0);
  return (sales + prior * (TELLING - known.length)) / TELLING;
}

/** Whether one was sold within the last week. */
export function isSelling(product: Product, { sales }: AgentState, now: Date): boolean {
  const soldAt = sales?.[product]?.soldAt;
  return soldAt !== undefined && now.getTime() - Date.parse(soldAt) <= WEEK_MS;
}

/** Micro-USDC that each of so many sales must bring to pay for inputs of this cost; undefined when none is expected. */
export function costPerSale(cost: bigint, expected: number): bigint | undefined {
  if (cost === 0n) return 0n;
  return expected > 0 ? BigInt(Math.ceil(Number(cost) / expected)) : undefined;
}

/** The least bounty that leaves this much after the operator's fee, which floors. */
export function withFee(net: bigint): bigint {
  return net <= 0n ? 0n : ((net - 1n) * ONE) / (ONE - FEE_BPS) + 1n;
}

/** ISO time; undefined for a version that we do not remember. */
export function madeAtOf(state: AgentState, goods: Goods): string | undefined {
  return versionOf(state, goods)?.madeAt;
}

/** Micro-USDC below which this version is not sold, at the market or at the direct door; the list price for one that we do not remember the cost of. */
export function priceFloor(state: AgentState, goods: Goods): bigint {
  const floor = withFee(versionOf(state, goods)?.perSale ?? 0n);
  const { price } = PRODUCTS[goods.product];
  return floor > price ? floor : price;
}

function versionOf({ sales }: AgentState, { product, version }: Goods): Version | undefined {
  return sales?.[product]?.versions.find((one) => one.version === version);
}

/** The state after a version was made; the same one again changes nothing. */
export function made(
  state: AgentState,
  { product, ...fresh }: { readonly product: Product } & Omit<Version, 'sold'>,
): AgentState {
  const history = state.sales?.[product] ?? NOTHING;
  if (history.versions.some(({ version }) => version === fresh.version)) return state;
  const versions = [...history.versions, { ...fresh, sold: 0 }].slice(-VERSIONS_REMEMBERED);
  return { ...state, sales: { ...state.sales, [product]: { ...history, versions } } };
}

/** The state after a sale was paid; to be written with its ledger entry, once. */
export function sold(state: AgentState, what: Goods, at: string): AgentState {
  const { versions } = state.sales?.[what.product] ?? NOTHING;
  const counted = versions.map((one) =>
    one.version === what.version ? { ...one, sold: one.sold + 1 } : one,
  );
  return {
    ...state,
    sales: { ...state.sales, [what.product]: { soldAt: at, versions: counted } },
  };
}

type Version = SalesHistory['versions'][number];

/** One version of one product. */
interface Goods {
  readonly product: Product;
  readonly version: string;
}
