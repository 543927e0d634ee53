import type { BuyDeal, SellDeal } from '#contract/deal.ts';
import type { AgentId, TaskId } from '#contract/ids.ts';
import type { DeliveryEvidence, Product, ProductManifest } from '#contract/products.ts';

/** Verdict on what was delivered; a bad one carries a word for the log and a sentence for the seller. */
export type Inspection =
  | { readonly kind: 'good'; readonly evidence: DeliveryEvidence; readonly score: number }
  | { readonly kind: 'bad'; readonly reason: string };

/** One input to refine from: a purchase of ours, or nothing for the collector, who works on the corpus itself. */
export interface RefineOrder {
  readonly agentId: AgentId;
  readonly product: Product;
  readonly generation: string;
  readonly inputs: readonly { readonly taskId: TaskId; readonly evidence: DeliveryEvidence }[];
}

/** The goods themselves: made, handed over, looked at. */
export interface Goods {
  /** Makes one product version, or finds it made already. Undefined when there is nothing to make it of yet. */
  refine(order: RefineOrder): Promise<ProductManifest | undefined>;
  /** Puts a version that was made on sale at the direct door for so many micro-USDC, under pseudonyms: who buys there is anybody. */
  shelve(
    agentId: AgentId,
    goods: { readonly product: Product; readonly version: string; readonly price: bigint },
  ): Promise<void>;
  /** Puts the goods where this deal's buyer may fetch them, and says where and what they are. */
  handOver(agentId: AgentId, deal: SellDeal): Promise<DeliveryEvidence>;
  /**
   * Fetches what a submission points to, checks every claim while streaming, and keeps what passed.
   * `unreachable` is no verdict: try again later.
   */
  inspect(
    agentId: AgentId,
    deal: BuyDeal,
    evidence: Readonly<Record<string, unknown>>,
  ): Promise<Inspection | 'unreachable'>;
}
