import type { SellDeal } from '#contract/deal.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import { earnedEntry } from '../money/ledger.ts';
import type { EventOf, Step, Table } from './step.ts';

/** An event without details. */
type Nothing = unknown;

/** What may happen to a bounty that we applied for. */
export interface SellEvents {
  applied: Nothing;
  'apply-refused': { readonly reason: string };
  /** We were assigned, and the escrow was seen on chain with us as its receiver. */
  won: { readonly payment: PaymentInfo; readonly lockTx: TxHash };
  lost: { readonly reason: string };
  submitted: { readonly records: number };
  'deliver-refused': { readonly reason: string };
  /** The buyer wants it mended. */
  'sent-back': Nothing;
  paid: { readonly tx: TxHash; readonly net: bigint; readonly fee: bigint };
  rated: Nothing;
}

/** How often a seller mends what came back before it lets the deal go. */
const MAX_DELIVERIES = 2;

const lost = (deal: SellDeal, { reason }: { readonly reason: string }): Step<SellDeal> => ({
  deal: { ...deal, state: 'closed', because: reason },
});

const paid = (deal: SellDeal, event: EventOf<SellEvents, 'paid'>, at: string): Step<SellDeal> => ({
  deal: { ...deal, state: 'rating', releaseTx: event.tx, fee: event.fee },
  intents: ['rate-buyer'],
  entries: [earnedEntry(deal, event, at)],
  lesson: { outcome: 'kept' },
});

/** What was delivered and is not paid, the buyer has rejected or let lie. */
const unpaid = (deal: SellDeal, { reason }: { readonly reason: string }): Step<SellDeal> => ({
  ...lost(deal, { reason }),
  lesson: { outcome: 'failed', note: reason },
});

/** The selling machine: every seller of the roster, every product. */
export const SELLING: Table<SellDeal, SellEvents> = {
  applying: {
    applied: (deal) => ({
      deal: { ...deal, state: 'applied' },
      said: [{ kind: 'applied', taskId: deal.taskId, product: deal.product, price: deal.bounty }],
    }),
    'apply-refused': lost,
    lost,
  },
  applied: {
    won: (deal, { payment, lockTx }) => ({
      deal: { ...deal, state: 'delivering', payment, lockTx },
      intents: ['deliver'],
    }),
    lost,
  },
  delivering: {
    submitted: (deal, { records }) => ({
      deal: { ...deal, state: 'delivered', deliveries: deal.deliveries + 1 },
      said: [
        {
          kind: 'delivered',
          taskId: deal.taskId,
          product: deal.product,
          price: deal.bounty,
          records,
        },
      ],
    }),
    'deliver-refused': lost,
    paid,
    lost,
  },
  delivered: {
    'sent-back': (deal) =>
      deal.deliveries < MAX_DELIVERIES
        ? { deal: { ...deal, state: 'delivering' }, intents: ['deliver'] }
        : { deal },
    paid,
    lost: unpaid,
  },
  rating: { rated: (deal) => ({ deal: { ...deal, state: 'settled' } }) },
  settled: {},
  closed: {},
};

/** The step that this event takes in this state; undefined where the table's cell is empty. */
export function sell<K extends keyof SellEvents>(
  deal: SellDeal,
  event: EventOf<SellEvents, K>,
  at: string,
): Step<SellDeal> | undefined {
  return SELLING[deal.state][event.kind]?.(deal, event, at);
}
