import * as z from 'zod';
import { BeatEvent } from './beat-event.ts';
import { Generation } from './deal.ts';
import { TaskId } from './ids.ts';
import { Micro } from './money.ts';
import { Product } from './products.ts';
import { stored, version } from './stored.ts';
import { AuditOrder } from './verdict.ts';

const Count = z.int().nonnegative();

/** How many versions of a product an agent remembers the sales of. */
export const VERSIONS_REMEMBERED = 5;

/**
 * What became of a product of ours: its last versions, newest last, with what one sale of each must bring to pay for its inputs
 * (micro-USDC, after the fee), and when any version was last sold. Times in ISO.
 */
export const SalesHistory = z.object({
  soldAt: z.string().optional(),
  versions: z
    .array(
      z.object({
        version: z.string(),
        madeAt: z.string(),
        perSale: Micro,
        sold: Count,
      }),
    )
    .max(VERSIONS_REMEMBERED),
});
export type SalesHistory = z.infer<typeof SalesHistory>;

/** Profit in micro-USDC by `<agent>/<product>` since the ledgers were opened, as a day's last report showed it. */
const Figures = z.object({ day: z.string(), profits: z.record(z.string(), Micro) });

/** What the coordinator remembers of the others; agents by id, times in ISO. */
export const Oversight = z.object({
  /** Since when it has looked at them without a break. */
  since: z.string(),
  /** The pulse that a silent agent was last seen with, or `never`: for that silence it has been woken. */
  woken: z.record(z.string(), z.string()),
  /** `<agent>/<product>` of every shelf: gross sales in micro-USDC, and since when there have been no more. */
  still: z.record(z.string(), z.object({ income: Micro, since: z.string() })),
  /** The last standup: its UTC day, and the gross sales of all by then. */
  standup: z.object({ day: z.string(), sold: Micro }).optional(),
  /** What the last report showed, in short: another is written when it would show something else. */
  reported: z.string().optional(),
  /** What the last report showed, and the last one of an earlier day: what has come since then is the day's. */
  figures: Figures.optional(),
  before: Figures.optional(),
});
export type Oversight = z.infer<typeof Oversight>;

/** What an agent remembers between beats (`AGENT#<id> / STATE`). Readers accept this version and the one before. */
export const AgentState = stored(
  z.object({
    v: version(1),
    /** Grows by one with every write; the condition of the next. */
    revision: z.int(),
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
      z.object({ generation: Generation, version: z.string(), records: z.int() }),
    ),
    /** The round of purchases that we are in; refiners remember how many sales they bought the inputs for. */
    cycle: z
      .object({
        generation: Generation,
        startedAt: z.string(),
        expectedSales: z.number().optional(),
      })
      .optional(),
    sales: z.partialRecord(Product, SalesHistory).optional(),
    /** The coordinator's. */
    oversight: Oversight.optional(),
    /** Which version of each product is on sale at the direct door. */
    shelved: z.partialRecord(Product, z.string()).optional(),
  }),
);
export type AgentState = z.infer<typeof AgentState>;

/** Something an agent has committed to do. Done means deleted: what stands in the table is unfinished. */
export const Intent = z.object({
  v: version(1),
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
    'order-audit',
    'await-verdict',
    'ask',
    'approve',
    'reject',
    'reclaim',
    'cancel',
    'rate-seller',
    'refine',
    'shelve',
    'apply',
    'deliver',
    'rate-buyer',
    'say',
    'audit',
    'wake',
    'report',
  ]),
  /** A task id, `<product>#<generation>`, the agent itself, `<agent>@<its last pulse>` of a `wake`, the UTC day of a `report`. */
  subject: z.string(),
  /** ISO time of the commit: intents are carried out in this order. */
  createdAt: z.string(),
  attempts: z.int(),
  /** Of a `say`: what happened, to be put into words, or the line itself as JSON of IrcLine; and what it is about when that may come up again. */
  event: BeatEvent.optional(),
  line: z.string().optional(),
  topic: z.string().optional(),
  /** Of an `audit`. */
  audit: AuditOrder.optional(),
});
export type Intent = z.infer<typeof Intent>;

/** One posting of a ledger entry, in micro-USDC; an account is `wallet`, `escrow`, `equity:opening`, `equity:owner`, `income:<product>`, `expense:<product>` or `fees:<product>`. */
export const Posting = z.object({ account: z.string(), amount: Micro });
export type Posting = z.infer<typeof Posting>;

/** One entry of the append-only double-entry ledger: its postings sum to zero. `id` makes writing it twice harmless. */
export const LedgerEntry = z.object({
  v: version(1),
  id: z.string(),
  at: z.string(),
  taskId: TaskId.optional(),
  tx: z.string().optional(),
  postings: z.array(Posting),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** An agent that was taken over may write into its own pulse what it likes: amounts have so many digits at most, and lists an end. */
const Figure = Micro.refine((micro) => micro < 10n ** 18n && micro > -(10n ** 18n));

/** What one product has brought and cost an agent since its ledger was opened, in micro-USDC: gross sales, what it paid for it, fees of the sales. */
export const Trade = z.object({ income: Figure, expense: Figure, fees: Figure });
export type Trade = z.infer<typeof Trade>;

/** `PULSE#<agentId> / PULSE`: that the agent lives, and how it fares. The optional fields are absent in older ones. */
export const Pulse = z.object({
  v: version(1),
  agentId: z.string(),
  at: z.iso.datetime(),
  beatId: z.string(),
  openDeals: Count,
  pendingIntents: Count,
  wallet: Figure,
  /** Of the open deals, those in which it buys. */
  bounties: Count.optional(),
  /** When its oldest open deal began, ISO. */
  oldestDealAt: z.iso.datetime().optional(),
  /** Open deals whose deadline, and the grace after it, are over. */
  overdue: Count.optional(),
  /** What it can deliver now. */
  shelf: z.array(Product).max(Product.options.length).optional(),
  /** By the product's name in the ledger; absent before the ledger is opened. */
  trades: z
    .record(z.string().regex(/^\w{1,40}$/), Trade)
    .refine((trades) => Object.keys(trades).length <= 50)
    .optional(),
});
export type Pulse = z.infer<typeof Pulse>;
