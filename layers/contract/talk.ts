import * as z from 'zod';

/** How much an agent says. Times in milliseconds. */
export const TalkLimits = z.object({
  /** Lines in one beat. */
  perBeat: z.int().positive().default(3),
  /** Of these, answers to who called it by name. */
  replies: z.int().nonnegative().default(2),
  /** How long a topic is quiet after it was spoken of. */
  cooldownMs: z
    .int()
    .nonnegative()
    .default(6 * 3_600_000),
  /** Lines of the last `windowMs` are compared and counted. */
  windowMs: z.int().positive().default(120_000),
  /** Share of common words from which two lines say the same. */
  similarity: z.number().min(0).max(1).default(0.8),
  /** So many lines within the window silence the agent for `silenceMs`. */
  burst: z.int().positive().default(10),
  silenceMs: z.int().nonnegative().default(600_000),
});
export type TalkLimits = z.infer<typeof TalkLimits>;

/** How many topics and lines are remembered. */
export const MOST_TOPICS = 40;
export const MOST_SAID = 10;
export const MOST_OFFERS = 5;

/** `AGENT#<id> / TALK`: what an agent must remember of what it said and heard. Bounded, and small: it is written with each line. */
export const Talk = z.object({
  v: z.literal(1),
  /** Unix seconds until which a topic is quiet, by its hash. */
  quiet: z.record(z.string(), z.int()).default({}),
  /** Of the last lines: when, in unix milliseconds, and the hashes of their words. */
  said: z.array(z.object({ at: z.int(), words: z.string().max(400) })).default([]),
  /** Whose turn is next among the phrasings of each kind of event. */
  turns: z.record(z.string(), z.int().nonnegative()).default({}),
  /** Unix milliseconds. */
  silentUntil: z.int().optional(),
  /** What strangers offer of what we buy: the last word of each; price in micro-USDC. */
  offers: z
    .array(
      z.object({
        nick: z.string().max(40),
        product: z.string(),
        price: z.string().regex(/^\d{1,18}$/),
        at: z.string(),
      }),
    )
    .default([]),
});
export type Talk = z.infer<typeof Talk>;

export const NOTHING_SAID: Talk = { v: 1, quiet: {}, said: [], turns: {}, offers: [] };
