import * as z from 'zod';
import { AgentId } from './ids.ts';

/** What EventBridge Scheduler (or the wake room) sends to an agent's function: beatId is the scheduled time, stable across retries. */
export const Beat = z.object({ agentId: AgentId, beatId: z.string().min(1).max(100) });
export type Beat = z.infer<typeof Beat>;

/** Message on the wake queue: beat this agent soon. */
export const WakeUp = z.object({
  v: z.literal(1),
  agentId: AgentId,
  reason: z.enum(['mention', 'corpus', 'payment', 'reconcile', 'command', 'delivery']),
  id: z.string().min(1).max(200),
});
export type WakeUp = z.infer<typeof WakeUp>;
