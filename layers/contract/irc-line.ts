import * as z from 'zod';
import { AgentId } from './ids.ts';

export const Channel = z.string().regex(/^#[^\s,\x07]{1,49}$/);

const queued = { v: z.literal(1), id: z.string().min(1).max(128), agentId: AgentId };

/**
 * One line for IRC on the FIFO queue to the relay: group = agent, deduplication id = `id`.
 * `text` is one line without CR, LF or NUL; the relay splits and strips all the same.
 */
export const IrcLine = z.object({
  ...queued,
  channel: Channel,
  text: z.string().min(1).max(2000),
  /** Where the whole can be read: said in place of what is cut off when the text is too long for IRC. */
  link: z.url().max(150).optional(),
});
export type IrcLine = z.infer<typeof IrcLine>;

/** RFC 2812 section 2.3.1, up to 30 characters. */
export const Nick = z.string().regex(/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/);

/**
 * What the relay does for one agent besides speaking: on the same queue as its lines, with the same group and deduplication, and in
 * their order. It holds until the relay starts anew, which goes by the roster.
 */
export const IrcOrder = z.discriminatedUnion('order', [
  z.object({ ...queued, order: z.enum(['join', 'part']), channel: Channel }),
  z.object({ ...queued, order: z.literal('nick'), nick: Nick }),
]);
export type IrcOrder = z.infer<typeof IrcOrder>;

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
