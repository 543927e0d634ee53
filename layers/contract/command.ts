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

/**
 * The other kind: what an operator put on the queue from the console, a command line or a function. Whoever may send to the queue is
 * the owner: IAM vouches. Without an `id` the message's own is taken, which a sender's retry does not keep.
 */
export const GivenCommand = z.object({
  v: z.literal(1),
  from: z.literal('aws'),
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  /** Who gave it, for the audit. */
  by: z.string().max(100).optional(),
  command: z.string().max(20),
  args: z.array(z.string().max(400)).max(10).default([]),
});
export type GivenCommand = z.infer<typeof GivenCommand>;

export const AnyCommand = z.discriminatedUnion('from', [HeardCommand, GivenCommand]);
export type AnyCommand = z.infer<typeof AnyCommand>;

/** The answer to a GivenCommand, on the reply queue; `reason` is a word and only there when it was refused. */
export const CommandReply = z.object({
  v: z.literal(1),
  id: z.string(),
  command: z.string(),
  ok: z.boolean(),
  reason: z.string().optional(),
  text: z.string(),
});
export type CommandReply = z.infer<typeof CommandReply>;

/**
 * `SEEN#irc-commands / COMMAND#<id>`: who gave a command, what, when, and what became of it. `reason` is there when it was refused,
 * `answer` once it is over.
 */
export const CommandEntry = z.object({
  v: z.literal(1),
  id: z.string(),
  at: z.string(),
  from: z.enum(['irc', 'aws']),
  by: z.string(),
  channel: z.string().optional(),
  asked: z.string(),
  reason: z.string().optional(),
  refusal: z.string().optional(),
  answer: z.string().optional(),
});
export type CommandEntry = z.infer<typeof CommandEntry>;

/** Name in Secrets Manager of CommandKey. */
export function commandKeyName(stage: string): string {
  return `economia-viva/${stage}/commands`;
}

/** What signs commands on IRC: 32 random bytes in hex. */
export const CommandKey = z.object({ key: z.string().regex(/^[0-9a-f]{64}$/) });
