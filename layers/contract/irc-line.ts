import * as z from 'zod';
import { AgentId } from './ids.ts';

/**
 * One line for IRC on the FIFO queue to the relay: group = agent, deduplication id = `id`.
 * `text` is one line without CR, LF or NUL; the relay splits and strips all the same.
 */
export const IrcLine = z.object({
  v: z.literal(1),
  id: z.string().min(1).max(128),
  agentId: AgentId,
  channel: z.string().regex(/^#[^\s,\x07]{1,49}$/),
  text: z.string().min(1).max(2000),
});
export type IrcLine = z.infer<typeof IrcLine>;

/** What the relay heard for one agent: an item in its inbox. Everything in it is hostile text. */
export const InboxEntry = z.object({
  v: z.literal(1),
  ts: z.string(),
  id: z.string(),
  kind: z.enum(['mention', 'need', 'have', 'deal']),
  channel: z.string(),
  sender: z.string(),
  text: z.string().max(600),
});
export type InboxEntry = z.infer<typeof InboxEntry>;
