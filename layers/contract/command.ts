import * as z from 'zod';

/** Longest command line that IRC can carry, in UTF-16 units. */
const MAX_TEXT = 510;

/**
 * A line that begins with `!`, as the relay heard it on a channel: one kind of message on the command queue (standard). `id` is the same
 * whenever the same line is heard again. Everything in it is hostile text; who it is from is for the reader to judge.
 */
export const HeardCommand = z.object({
  v: z.literal(1),
  from: z.literal('irc'),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** ISO time by the server's clock, or by the relay's where the server tells none. */
  ts: z.string(),
  channel: z.string(),
  nick: z.string(),
  /** `user@host` as the server shows it; empty when it shows none. */
  hostmask: z.string(),
  /** The services account, where the server vouches for one (https://ircv3.net/specs/extensions/account-tag). */
  account: z.string().optional(),
  text: z.string().regex(/^!/).max(MAX_TEXT),
});
export type HeardCommand = z.infer<typeof HeardCommand>;
