import * as z from 'zod';
import { PaymentInfo } from './escrow.ts';
import { Address, TaskId, TxHash } from './ids.ts';
import { Micro } from './money.ts';
import { DeliveryEvidence, Product } from './products.ts';
import { stored, version } from './stored.ts';
import { Verdict } from './verdict.ts';

/**
 * Which corpus something rests on: the first 16 hex digits of its version. Requests carry it, so that a seller knows what is
 * wanted and a buyer never pays twice for the same.
 */
export const Generation = z.string().regex(/^[0-9a-f]{16}(\.\d+)?$/);
export type Generation = z.infer<typeof Generation>;

const common = {
  v: version(1),
  taskId: TaskId,
  product: Product,
  generation: Generation,
  bounty: Micro,
  openedAt: z.string(),
  /** ISO time after which the market takes no work for it any more. */
  deadline: z.string().optional(),
  /** Terms of the escrow, stored before anything is sent: without the salt neither refund nor reclaim is possible. */
  payment: PaymentInfo.optional(),
  lockTx: TxHash.optional(),
  releaseTx: TxHash.optional(),
  /** Observed on chain, not computed. */
  fee: Micro.optional(),
  /** Why it ended otherwise than settled. */
  because: z.string().optional(),
};

/** A bounty of ours. `settled` and `closed` are final; `stranded` waits for a refund, or until it may be reclaimed. */
export const BuyDeal = stored(
  z.object({
    ...common,
    side: z.literal('buy'),
    state: z.enum([
      'open',
      'locking',
      'assigning',
      'assigned',
      'inspecting',
      'auditing',
      'asking',
      'approving',
      'rejecting',
      'refunding',
      'reclaiming',
      'rating',
      'cancelling',
      'settled',
      'closed',
      'stranded',
    ]),
    seller: z.object({ wallet: Address, executorId: z.string(), name: z.string() }).optional(),
    /** UTC day whose budget holds the reservation. */
    budgetDay: z.string().optional(),
    submissionId: z.string().optional(),
    /** ISO time of the work under inspection: what is handed in again has the same id and another time. */
    submittedAt: z.string().optional(),
    /** What was wrong with the last delivery. */
    complaint: z.string().optional(),
    evidence: DeliveryEvidence.optional(),
    score: z.int().min(0).max(100).optional(),
    /** Whether the validator's verdict is wanted before it is approved: drawn when its seller was chosen, and told to nobody. */
    isAudited: z.boolean().optional(),
    /** ISO time since when that verdict is waited for. */
    auditingSince: z.string().optional(),
    /** The last verdict that we paid for. */
    verdict: Verdict.pick({ id: true, sha256: true, score: true, reasons: true }).optional(),
    /** Why it was approved without the verdict that it wanted. */
    unaudited: z.string().optional(),
    /** Deliveries that failed the checks. */
    rejections: z.int(),
    /** Executors that failed us in this deal. */
    shunned: z.array(z.string()),
  }),
);
export type BuyDeal = z.infer<typeof BuyDeal>;

/** Somebody's bounty that we applied for. */
export const SellDeal = stored(
  z.object({
    ...common,
    side: z.literal('sell'),
    state: z.enum([
      'applying',
      'applied',
      'delivering',
      'delivered',
      'rating',
      'settled',
      'closed',
    ]),
    buyer: Address,
    /** Version of the product promised when applying; its objects are immutable. */
    goods: z.string(),
    deliveries: z.int(),
  }),
);
export type SellDeal = z.infer<typeof SellDeal>;

export const Deal = z.discriminatedUnion('side', [BuyDeal, SellDeal]);
export type Deal = z.infer<typeof Deal>;

/** One thing that an agent means to own: nothing is bought twice. */
export const Purchase = stored(
  z.object({
    v: version(1),
    product: Product,
    generation: Generation,
    state: z.enum(['wanted', 'open', 'bought']),
    /** Counts bounties posted for it, so that a new one after a failed one has its own idempotency key. */
    attempt: z.int(),
    /** ISO time before which no new bounty is posted for it, and why the last one failed. */
    notBefore: z.string().optional(),
    because: z.string().optional(),
    taskId: TaskId.optional(),
    evidence: DeliveryEvidence.optional(),
    /** What was paid for it, in micro-USDC. */
    cost: Micro.optional(),
  }),
);
export type Purchase = z.infer<typeof Purchase>;
