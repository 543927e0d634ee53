import * as z from 'zod';
import { Address, AgentId, Sha256, TaskId, TxHash } from './ids.ts';
import { Micro } from './money.ts';
import { Product } from './products.ts';
import { stored, version } from './stored.ts';
import { AuditOrder, VALIDATION } from './verdict.ts';

/** Longest time that a payment's authorization may have left when it is first presented, in seconds. */
export const MAX_AUTHORIZED_SECONDS = 3600;

/**
 * One EIP-3009 payment in scheme `exact` of x402 v2; `nonce` is 32 bytes chosen by the payer. (network, asset, from, nonce) names it:
 * the token lets it move money once.
 */
export const X402Payment = z.object({
  /** CAIP-2. */
  network: z.string(),
  asset: Address,
  from: Address,
  to: Address,
  nonce: TxHash,
  amount: Micro,
  /** Unix seconds; from then on the token refuses it. */
  validBefore: z.int(),
});
export type X402Payment = z.infer<typeof X402Payment>;

/** What a paid door answers; `url` dies after an hour, the same payment gets a new one. Sizes are of the gzip file. */
export const PaidAnswer = z.object({
  product: Product,
  seller: AgentId,
  version: z.string(),
  sha256: Sha256,
  bytes: z.int(),
  records: z.int(),
  pseudonymised: z.boolean().optional(),
  url: z.url(),
});
export type PaidAnswer = z.infer<typeof PaidAnswer>;

/** A sale of goods, or of an audit that is to be made. */
const SoldGoods = PaidAnswer.omit({ url: true });
export const AuditGoods = z.object({
  product: z.literal(VALIDATION.product),
  seller: AgentId,
  order: AuditOrder,
});
export type AuditGoods = z.infer<typeof AuditGoods>;

/** `SALES / <network>#<asset>#<from>#<nonce>`: one sale over the direct door, written before it is settled. */
export const Sale = z.object({
  v: version(1),
  state: z.enum(['pending', 'settled']),
  payment: X402Payment,
  goods: z.union([SoldGoods, AuditGoods]),
  at: z.string(),
  tx: TxHash.optional(),
});
export type Sale = z.infer<typeof Sale>;

/**
 * `AGENT#<id> / X402#<in|out>#<from>#<nonce>`: a payment whose end the agent does not know yet. Its beat asks the chain and books it.
 * A purchase stays, booked, until its answer has been fetched with `header` (the PAYMENT-SIGNATURE as it was sent).
 */
export const OpenPayment = stored(
  z.object({
    v: version(1),
    direction: z.enum(['in', 'out']),
    payment: X402Payment,
    /** Of the ledger: `income:<product>`, `expense:<product>`, or `equity:owner` for what its owner moves. */
    account: z.string(),
    at: z.string(),
    isBooked: z.boolean(),
    /** Sales of goods: what was sold. */
    sold: z.object({ product: Product, version: z.string() }).optional(),
    /** Sales of an audit: what is to be audited once it is paid. */
    audit: AuditOrder.optional(),
    /** Purchases: what was asked, how, the UTC day whose budget pays, and the delivery whose audit it is. */
    order: z
      .object({
        url: z.url(),
        header: z.string(),
        budgetDay: z.string(),
        audited: z.object({ taskId: TaskId, sha256: Sha256 }).optional(),
      })
      .optional(),
  }),
);
export type OpenPayment = z.infer<typeof OpenPayment>;

/** Unique among an agent's open payments, and the ledger's id of it. */
export function openPaymentId({ direction, payment }: OpenPayment): string {
  return `${direction}#${payment.from}#${payment.nonce}`;
}
