import * as z from 'zod';
import { TaskId } from './ids.ts';
import { Micro } from './money.ts';
import { Product } from './products.ts';

const Count = z.int().nonnegative();
const deal = { product: Product, taskId: TaskId };
const priced = { ...deal, price: Micro };

/**
 * What happened in a beat and is worth a line; whoever says it is the one it happened to. Kept in the intent until it is said, and put
 * into words only then. Prices, fees and balances in micro-USDC.
 */
export const BeatEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('published'), ...priced }),
  z.object({ kind: z.literal('applied'), ...priced }),
  z.object({ kind: z.literal('delivered'), ...priced, records: Count }),
  /** Said by the buyer, once a deal. `score` is missing when it was paid before the buyer had looked. */
  z.object({
    kind: z.literal('approved'),
    ...priced,
    seller: z.string(),
    releaseTx: z.string(),
    score: z.int().optional(),
  }),
  z.object({ kind: z.literal('rejected'), ...deal, reason: z.string() }),
  /** `objections`: how many things the verdict holds against the goods. */
  z.object({
    kind: z.literal('verified'),
    ...deal,
    records: Count,
    score: z.int(),
    objections: Count,
  }),
  z.object({
    kind: z.literal('newProduct'),
    product: Product,
    price: Micro,
    version: z.string(),
    records: Count,
    users: Count,
  }),
  /** `sold` since the ledgers were opened, `fresh` of it since the last standup; `concerns` ends the line and may be cut. */
  z.object({
    kind: z.literal('standup'),
    day: z.string(),
    beating: Count,
    members: Count,
    bounties: Count,
    fresh: Micro,
    sold: Micro,
    concerns: z.string(),
  }),
  /** `last` is the pulse that the silent agent was last seen with, in ISO, or `never`. */
  z.object({ kind: z.literal('woken'), agent: z.string(), last: z.string() }),
  /** `key` names the occasion, e.g. the hour. */
  z.object({ kind: z.literal('lowBalance'), key: z.string(), balance: Micro, reserve: Micro }),
]);
export type BeatEvent = z.infer<typeof BeatEvent>;
