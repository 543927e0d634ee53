import * as z from 'zod';

/** What a schedule asks of the market: give back the bounties of tasks whose deadline has passed. */
export const MarketJob = z.strictObject({ kind: z.literal('expire') });
export type MarketJob = z.infer<typeof MarketJob>;
