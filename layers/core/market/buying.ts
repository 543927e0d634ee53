import type { BuyDeal } from '#contract/deal.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import type { DeliveryEvidence } from '#contract/products.ts';
import { boughtEntry, lockedEntry, refundedEntry } from '../money/ledger.ts';
import { isAuditWanted } from './auditing.ts';
import { type EventOf, must, type Step, type Table } from './step.ts';

/** An event without details. */
type Nothing = unknown;

/** What may happen to a bounty of ours. */
export interface BuyEvents {
  /** An applicant was vetted; the terms of its escrow are drawn up and the budget is reserved. */
  chosen: {
    readonly seller: NonNullable<BuyDeal['seller']>;
    readonly payment: PaymentInfo;
    readonly budgetDay: string;
    readonly isAudited: boolean;
  };
  locked: { readonly tx: TxHash };
  'lock-refused': { readonly reason: string };
  assigned: Nothing;
  'assign-refused': { readonly reason: string };
  submitted: { readonly submissionId: string; readonly submittedAt: string };
  /** What our own checks say of it. */
  good: { readonly evidence: DeliveryEvidence; readonly score: number };
  bad: { readonly reason: string };
  /** What the validator says of it, where its verdict is wanted; `unaudited`: it says nothing, and is waited for no longer. */
  verified: { readonly verdict: NonNullable<BuyDeal['verdict']> };
  condemned: { readonly verdict: NonNullable<BuyDeal['verdict']>; readonly reason: string };
  unaudited: { readonly reason: string };
  /** The market sent the work back with our question. */
  asked: Nothing;
  /** `isFinal`: the market gives the money back; otherwise its worker may mend it once more. */
  rejected: { readonly isFinal: boolean };
  /** The escrow was captured: the seller has its money. */
  paid: { readonly tx: TxHash; readonly fee: bigint };
  /** The escrow came back to us. */
  refunded: { readonly tx: TxHash };
  /** The task was cancelled, expired or is disputed. */
  gone: { readonly status: string };
  /** Nobody can be paid out of the escrow any more, and it still stands. */
  overdue: Nothing;
  /** The corpus went on: nobody makes goods of the old one any more. */
  outdated: Nothing;
  /** Everybody who could have delivered it has failed us in it. */
  forsaken: Nothing;
  cancelled: Nothing;
  rated: Nothing;
}

type Buying = Table<BuyDeal, BuyEvents>;

const KEPT: Pick<Step<BuyDeal>, 'lesson'> = { lesson: { outcome: 'kept' } };

const paid = (
  deal: BuyDeal,
  { tx, fee }: EventOf<BuyEvents, 'paid'>,
  at: string,
): Step<BuyDeal> => ({
  deal: { ...deal, state: 'rating', releaseTx: tx, fee },
  intents: ['rate-seller'],
  entries: [boughtEntry(deal, tx, at)],
  purchase: 'bought',
  // what nobody has verified teaches nothing
  ...(deal.unaudited === undefined && deal.score !== undefined && KEPT),
  said: [
    {
      kind: 'approved',
      taskId: deal.taskId,
      product: deal.product,
      price: deal.bounty,
      seller: must(deal.seller, 'a seller').name,
      releaseTx: tx,
      ...(deal.score !== undefined && { score: deal.score }),
    },
  ],
});

/** What `chosen` reserved; a bounty withdrawn before that reserved nothing. */
const unspent = ({ budgetDay: day, bounty: amount }: BuyDeal): Step<BuyDeal>['unspent'] =>
  day === undefined ? undefined : { day, amount };

/** With a reason the bounty ends here; without, it stands again and looks for another seller. */
const refunded = (
  deal: BuyDeal,
  { tx }: EventOf<BuyEvents, 'refunded'>,
  at: string,
): Step<BuyDeal> => {
  const { payment, lockTx, seller, submissionId, submittedAt, complaint, budgetDay, ...others } =
    deal;
  const { isAudited, auditingSince, verdict, unaudited, ...rest } = others;
  const money = { entries: [refundedEntry(deal, tx, at)], unspent: unspent(deal) };
  if (deal.because !== undefined)
    return { deal: { ...deal, state: 'closed' }, purchase: 'wanted', ...money };
  const shunned = seller === undefined ? deal.shunned : [...deal.shunned, seller.executorId];
  return { deal: { ...rest, state: 'open', rejections: 0, shunned }, ...money };
};

const goneLocked = (deal: BuyDeal, { status }: EventOf<BuyEvents, 'gone'>): Step<BuyDeal> => ({
  deal: { ...deal, state: 'refunding', because: status },
  ...(status === 'expired' && { lesson: { outcome: 'failed', note: 'delivered nothing' } }),
});

const withdrawn = (deal: BuyDeal, because: string): Step<BuyDeal> => ({
  deal: { ...deal, state: 'cancelling', because },
  intents: ['cancel'],
});

/** The market, the facilitator or the seller have let it lie: what is ours we fetch ourselves. */
const overdue = (deal: BuyDeal): Step<BuyDeal> => ({
  deal: { ...deal, state: 'reclaiming', because: deal.because ?? 'overdue' },
  intents: ['reclaim'],
});

/** The escrow moved while we were doing something else: money first, manners later. */
const money = { paid, refunded, overdue };

/** The first time the seller is asked to mend it; then it is rejected, and the reason with it. */
function bad(deal: BuyDeal, { reason }: EventOf<BuyEvents, 'bad'>): Step<BuyDeal> {
  const again: BuyDeal = {
    ...deal,
    rejections: deal.rejections + 1,
    complaint: reason,
    state: 'asking',
  };
  if (deal.rejections === 0) return { deal: again, intents: ['ask'] };
  return { ...rejecting(again, reason), lesson: { outcome: 'failed', note: reason } };
}

const rejecting = (deal: BuyDeal, reason: string): Step<BuyDeal> => ({
  deal: { ...deal, state: 'rejecting' },
  intents: ['reject'],
  said: [{ kind: 'rejected', taskId: deal.taskId, product: deal.product, reason }],
});

function good(deal: BuyDeal, { evidence, score }: EventOf<BuyEvents, 'good'>, at: string) {
  const seen: BuyDeal = { ...deal, evidence, score };
  return isAuditWanted(deal)
    ? step({ ...seen, state: 'auditing', auditingSince: at }, 'order-audit')
    : step({ ...seen, state: 'approving' }, 'approve');
}

const step = (deal: BuyDeal, intent: 'order-audit' | 'approve'): Step<BuyDeal> => ({
  deal,
  intents: [intent],
});

/** We saw it and found it good: the lower of both scores is what we say of it. */
const verified = (deal: BuyDeal, { verdict }: EventOf<BuyEvents, 'verified'>): Step<BuyDeal> => ({
  deal: {
    ...deal,
    state: 'approving',
    verdict,
    score: Math.min(verdict.score, deal.score ?? verdict.score),
  },
  intents: ['approve'],
});

/** A fake is not mended: it is rejected at once, with what the validator holds against it. */
function condemned(
  deal: BuyDeal,
  { verdict, reason }: EventOf<BuyEvents, 'condemned'>,
): Step<BuyDeal> {
  const rejections = deal.rejections + 1;
  const rejected = rejecting({ ...deal, verdict, rejections, complaint: reason }, reason);
  return { ...rejected, lesson: { outcome: 'cheated', note: reason } };
}

const unaudited = (deal: BuyDeal, { reason }: EventOf<BuyEvents, 'unaudited'>): Step<BuyDeal> => ({
  deal: { ...deal, state: 'approving', unaudited: reason },
  intents: ['approve'],
});

/** The buying machine: every buyer of the roster, every product. */
export const BUYING: Buying = {
  open: {
    chosen: (deal, { seller, payment, budgetDay, isAudited }) => ({
      deal: { ...deal, state: 'locking', seller, payment, budgetDay, isAudited },
      intents: ['lock'],
    }),
    gone: (deal, { status }) => ({
      deal: { ...deal, state: 'closed', because: status },
      purchase: 'wanted',
    }),
    outdated: (deal) => withdrawn(deal, 'outdated'),
    // the market lets nobody apply twice: who may mend it needs a new bounty
    forsaken: (deal) => withdrawn(deal, 'no-seller-left'),
  },
  locking: {
    locked: (deal, { tx }, at) => ({
      deal: { ...deal, state: 'assigning', lockTx: tx },
      intents: ['assign'],
      entries: [lockedEntry(deal, tx, at)],
    }),
    // the authorization is out of our hands until it expires, so the bounty is withdrawn rather than locked once more
    'lock-refused': (deal, { reason }) => withdrawn(deal, reason),
  },
  assigning: {
    assigned: (deal) => ({ deal: { ...deal, state: 'assigned' } }),
    // nobody works for this lock: the bounty is withdrawn, so that no one ever will, and the money waits for its way back
    'assign-refused': (deal, { reason }) => ({
      deal: { ...deal, state: 'stranded', because: reason },
      intents: ['cancel'],
    }),
    ...money,
  },
  assigned: {
    ...money,
    gone: goneLocked,
    submitted: (deal, { submissionId, submittedAt }) => ({
      deal: { ...deal, state: 'inspecting', submissionId, submittedAt },
      intents: ['inspect'],
    }),
  },
  inspecting: {
    ...money,
    good,
    bad,
  },
  auditing: { ...money, verified, condemned, unaudited },
  asking: { ...money, asked: (deal) => ({ deal: { ...deal, state: 'assigned' } }) },
  approving: money,
  rejecting: {
    ...money,
    rejected: (deal, { isFinal }) => ({
      deal: { ...deal, state: isFinal ? 'refunding' : 'assigned' },
    }),
  },
  refunding: money,
  reclaiming: { paid, refunded },
  rating: { rated: (deal) => ({ deal: { ...deal, state: 'settled' } }) },
  cancelling: {
    cancelled: (deal) => ({
      deal: { ...deal, state: 'closed' },
      purchase: 'wanted',
      unspent: unspent(deal),
    }),
  },
  stranded: { ...money, cancelled: (deal) => ({ deal, purchase: 'wanted' }) },
  settled: {},
  closed: {},
};

/** The step that this event takes in this state; undefined where the table's cell is empty. */
export function buy<K extends keyof BuyEvents>(
  deal: BuyDeal,
  event: EventOf<BuyEvents, K>,
  at: string,
): Step<BuyDeal> | undefined {
  return BUYING[deal.state][event.kind]?.(deal, event, at);
}
