import * as z from 'zod';
import { Address, TaskId } from './ids.ts';
import { Product } from './products.ts';
import { stored, version } from './stored.ts';

/** How much of one peer is remembered. */
export const MOST_INTERACTIONS = 50;
export const MOST_NOTES = 20;
export const MOST_NOTE_CHARS = 200;

/**
 * How one deal with a peer ended, as we saw it ourselves: `kept` what was verified and paid, `failed` what was not delivered, not paid, or did
 * not pass our checks, `cheated` what the validator's signed verdict condemned. `as` is what the peer was in it.
 */
const Interaction = z.object({
  at: z.string(),
  taskId: TaskId,
  product: Product,
  as: z.enum(['seller', 'buyer']),
  outcome: z.enum(['kept', 'failed', 'cheated']),
});
export type Interaction = z.infer<typeof Interaction>;

/**
 * `AGENT#<id> / PEER#<wallet>`: what an agent remembers of somebody it dealt with. `deals` counts all of them; of the newest 50 it is
 * remembered how they ended, and the newest 20 notes say why some ended badly.
 */
export const Peer = stored(
  z.object({
    v: version(1),
    wallet: Address,
    /** ISO times of the first and the last outcome. */
    seen: z.object({ first: z.string(), last: z.string() }),
    deals: z.int(),
    interactions: z.array(Interaction).max(MOST_INTERACTIONS),
    notes: z.array(z.string()).max(MOST_NOTES),
  }),
);
export type Peer = z.infer<typeof Peer>;
