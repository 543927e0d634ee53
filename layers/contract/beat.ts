import * as z from 'zod';
import { AgentId } from './ids.ts';

/** What EventBridge Scheduler (or the wake room) sends to an agent's function: beatId is the scheduled time, stable across retries. */
export const Beat = z.object({ agentId: AgentId, beatId: z.string().min(1).max(100) });
export type Beat = z.infer<typeof Beat>;

/**
 * What an agent's function answers. `busy`: another beat is under way and beats once more. `idle`: it found nothing to do. `reason` is the word of a refusal or
 * the message of an error.
 */
export const BeatOutcome = z.object({
  outcome: z.enum(['busy', 'beaten']),
  commits: z.array(z.enum(['committed', 'idle', 'already-done', 'over-budget', 'outrun'])),
  refusals: z.array(z.string()),
  intents: z.array(
    z.object({
      id: z.string(),
      result: z.enum(['done', 'later', 'failed', 'outrun']),
      reason: z.string().optional(),
    }),
  ),
});
export type BeatOutcome = z.infer<typeof BeatOutcome>;

/** Message on the wake queue: beat this agent soon. */
export const WakeUp = z.object({
  v: z.literal(1),
  agentId: AgentId,
  reason: z.enum(['mention', 'corpus', 'payment', 'reconcile', 'command', 'delivery', 'stale']),
  id: z.string().min(1).max(200),
});
export type WakeUp = z.infer<typeof WakeUp>;
