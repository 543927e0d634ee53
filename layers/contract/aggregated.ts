import * as z from 'zod';

/**
 * The old `aggregated.json`, for whoever's tools still read it: every message of a raw_logs version, and what they come to. `ts` is as in
 * raw_logs, `date` its UTC day, `source` always `corpus`, because copies of one message from several sources are one here.
 * Source: facts/karmacadabra.md section 2.4.
 */
export const Aggregated = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      user: z.string(),
      message: z.string(),
      source: z.literal('corpus'),
      date: z.iso.date(),
    }),
  ),
  stats: z.object({
    total_messages: z.int().nonnegative(),
    date_count: z.int().nonnegative(),
    /** Days with messages, ascending. */
    dates: z.array(z.iso.date()),
    /** `ts` of the newest message; null when there is none. */
    last_updated: z.string().nullable(),
  }),
});
export type Aggregated = z.infer<typeof Aggregated>;
