import * as z from 'zod';
import { AgentId, Hex, Sha256, TaskId } from './ids.ts';
import { DeliveryEvidence, Product } from './products.ts';

/** Who audits. */
export const VALIDATOR = AgentId.parse('kk-validator');

/** What the validator sells at the direct door: one verdict on one delivery. Price in micro-USDC. */
export const VALIDATION = { product: 'validation', title: 'Validation', price: 1_000n } as const;

/** 32 hex digits, made of the payment: the same payment is the same verdict. */
export const VerdictId = z.string().regex(/^[0-9a-f]{32}$/);

/**
 * One audit that was paid for. `evidence` is what the seller promised to its buyer, as it stood then; `claimed` is the sha256 that
 * whoever asks was told, if it was told another.
 */
export const AuditOrder = z.object({
  id: VerdictId,
  taskId: TaskId,
  seller: AgentId,
  evidence: DeliveryEvidence,
  claimed: Sha256.optional(),
  at: z.string(),
});
export type AuditOrder = z.infer<typeof AuditOrder>;

/** First word of the reasons of a verdict that says nothing of the goods: nobody could fetch them. */
export const UNSEEN = 'unreachable';

/** 0 is a fake, 100 has nothing against it; `reasons` say what was held against it, each a word and a sentence. */
export const Verdict = z.object({
  id: VerdictId,
  taskId: TaskId,
  seller: AgentId,
  product: Product,
  sha256: Sha256,
  records: z.int().nonnegative(),
  score: z.int().min(0).max(100),
  reasons: z.array(z.string()),
  at: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/**
 * `<validator>/products/validation/<id>/verdict.json`, served at `/verdicts/<id>`: the verdict and its EIP-712 signature by the
 * validator's wallet (`verdictTypedData` in layers/adapters/evm says of what).
 */
export const SignedVerdict = z.object({
  v: z.literal(1),
  verdict: Verdict,
  chainId: z.int(),
  signature: Hex,
});
export type SignedVerdict = z.infer<typeof SignedVerdict>;

/**
 * `<validator>/products/validation/sketches/<product>.json`: the smallest hashes (`rankOf`) of the records of the versions that passed,
 * newest last, so that old goods are known again under a new name.
 */
export const Sketches = z.object({
  v: z.literal(1),
  sketches: z.array(
    z.object({
      seller: AgentId,
      version: z.string(),
      sha256: Sha256,
      records: z.int(),
      ranks: z.array(z.number()),
    }),
  ),
});
export type Sketches = z.infer<typeof Sketches>;

/** What the paid door answers; the verdict is at `url` when the validator has beaten, and stays there. */
export const AuditAnswer = z.object({
  product: z.literal(VALIDATION.product),
  seller: AgentId,
  taskId: TaskId,
  verdictId: VerdictId,
  url: z.url(),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;
