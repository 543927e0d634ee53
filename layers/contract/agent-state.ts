import * as z from 'zod';
import { Generation } from './deal.ts';
import { TaskId } from './ids.ts';
import { Micro } from './money.ts';
import { Product } from './products.ts';
import { AuditOrder } from './verdict.ts';

/** What an agent remembers between beats (`AGENT#<id> / STATE`). Readers accept this version and the one before. */
export const AgentState = z.object({
  v: z.literal(1),
  /** Grows by one with every write; the condition of the next. */
  revision: z.number().int(),
  /** Our worker id at the market, once registered. */
  executorId: z.string().optional(),
  /** Our ERC-8004 id, as the registry confirmed it: without it nothing is published or applied for. */
  identity: z.string().regex(/^\d+$/).optional(),
  /** True once the opening balance stands in the ledger. */
  isOpened: z.boolean(),
  /** Deals that are not final. */
  open: z.array(TaskId),
  /** What is on the shelf: the newest version of each product and the corpus it rests on. */
  stock: z.partialRecord(
    Product,
    z.object({ generation: Generation, version: z.string(), records: z.number().int() }),
  ),
  /** The round of purchases that we are in. */
  cycle: z.object({ generation: Generation, startedAt: z.string() }).optional(),
});
export type AgentState = z.infer<typeof AgentState>;

/** Something an agent has committed to do. Done means deleted: what stands in the table is unfinished. */
export const Intent = z.object({
  v: z.literal(1),
  /** `<kind>#<subject>`: committing the same one twice is one. */
  id: z.string(),
  kind: z.enum([
    'open-ledger',
    'register',
    'identify',
    'publish',
    'lock',
    'assign',
    'inspect',
    'ask',
    'approve',
    'reject',
    'reclaim',
    'cancel',
    'rate-seller',
    'refine',
    'apply',
    'deliver',
    'rate-buyer',
    'say',
    'audit',
  ]),
  /** A task id, `<product>#<generation>`, or the agent itself. */
  subject: z.string(),
  /** ISO time of the commit: intents are carried out in this order. */
  createdAt: z.string(),
  attempts: z.number().int(),
  /** The line of a `say`, as JSON of IrcLine. */
  line: z.string().optional(),
  /** Of an `audit`. */
  audit: AuditOrder.optional(),
});
export type Intent = z.infer<typeof Intent>;

/** One posting of a ledger entry, in micro-USDC; an account is `wallet`, `escrow`, `equity:opening`, `income:<product>`, `expense:<product>` or `expense:fees`. */
export const Posting = z.object({ account: z.string(), amount: Micro });
export type Posting = z.infer<typeof Posting>;

/** One entry of the append-only double-entry ledger: its postings sum to zero. `id` makes writing it twice harmless. */
export const LedgerEntry = z.object({
  v: z.literal(1),
  id: z.string(),
  at: z.string(),
  taskId: TaskId.optional(),
  tx: z.string().optional(),
  postings: z.array(Posting),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** `PULSE / <agentId>`: that the agent lives, and how it fares. */
export const Pulse = z.object({
  v: z.literal(1),
  agentId: z.string(),
  at: z.string(),
  beatId: z.string(),
  openDeals: z.number().int(),
  pendingIntents: z.number().int(),
  wallet: Micro,
});
export type Pulse = z.infer<typeof Pulse>;
