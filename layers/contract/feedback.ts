import * as z from 'zod';
import { Address, TaskId } from './ids.ts';

/**
 * Body of the facilitator's `POST /feedback`, signed by the market (ERC-8128). In the registry, `as` is tag1 and the task is tag2: what
 * was said of a deal can be found there by its task alone.
 */
export const FeedbackRequest = z.object({
  network: z.string(),
  agentId: z.string().regex(/^\d{1,78}$/),
  taskId: TaskId,
  as: z.enum(['worker', 'publisher']),
  score: z.int().min(0).max(100),
  from: Address,
});
export type FeedbackRequest = z.infer<typeof FeedbackRequest>;

/** Its answer; `transaction` is empty when the same was said long before. */
export const FeedbackResponse = z.object({
  success: z.boolean(),
  transaction: z.string().optional(),
  error: z.string().optional(),
});
