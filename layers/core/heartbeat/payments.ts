import type { AgentState } from '#contract/agent-state.ts';
import type { TxHash } from '#contract/ids.ts';
import type { Agent } from '#contract/roster.ts';
import type { OpenPayment } from '#contract/x402.ts';
import { sold } from '../market/history.ts';
import { paymentEntry } from '../money/ledger.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import type { Payments } from '../ports/payments.ts';
import { intend } from './change.ts';

/** How many open payments one beat asks the chain about. */
const SEEN = 20;
/** How long after its authorization's end an unused payment is given up, in ms: clocks of chains and nodes differ. */
const GRACE_MS = 600_000;

/** What the chain showed of an open payment: the transaction that made it, or that there is none yet. */
export interface PaymentSighting {
  readonly open: OpenPayment;
  readonly tx: TxHash | undefined;
}

/** Asks the chain about payments over direct doors, in and out, that are not booked yet. One that cannot be told waits for the next beat. */
export async function sightPayments(
  open: readonly OpenPayment[] | undefined,
  payments: Payments | undefined,
): Promise<readonly PaymentSighting[]> {
  if (open === undefined || payments === undefined) return [];
  const unbooked = open.filter(({ isBooked }) => !isBooked).slice(0, SEEN);
  const answers = await Promise.allSettled(
    unbooked.map(async (one) => ({
      open: one,
      tx: (await payments.paymentOf(one.payment))?.tx,
    })),
  );
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

/** Books what was paid, once: the entry and the end of the open payment are one transaction. Gives up what can no longer be paid. */
export function bookPayment(
  { agent, state }: { readonly agent: Agent; readonly state: AgentState },
  { open, tx }: PaymentSighting,
  now: Date,
): Change | undefined {
  if (tx !== undefined) {
    const at = now.toISOString();
    const entries = [paymentEntry(open, tx, at)];
    if (open.order !== undefined) return { entries, payments: [{ ...open, isBooked: true }] };
    const history = open.sold && { state: sold(state, open.sold, at) };
    return { ...history, entries, closedPayments: [open], intents: ordered(open, now) };
  }
  if (now.getTime() <= open.payment.validBefore * 1000 + GRACE_MS) return undefined;
  return { closedPayments: [open], budget: givenBack(agent, open) };
}

/** What was bought with it, should it be work. */
function ordered({ audit }: OpenPayment, now: Date): Change['intents'] {
  return audit && [{ ...intend('audit', audit.id, now.toISOString()), audit }];
}

/** What a purchase that never was paid had reserved of its day. */
export function givenBack({ budget }: Agent, { order, payment }: OpenPayment): Change['budget'] {
  return order && { day: order.budgetDay, amount: -payment.amount, limit: budget.perDay };
}

/** A verdict that was paid for and that its deal no longer waits for: booked, there is nothing left to remember of it. */
export function forgetAudit(
  open: OpenPayment,
  { deals }: Pick<Snapshot, 'deals'>,
): Change | undefined {
  const of = open.order?.audited;
  if (of === undefined || !open.isBooked || deals.get(of.taskId)?.state === 'auditing')
    return undefined;
  return { closedPayments: [open] };
}

/** Micro-USDC in the wallet that is signed away already: locks and direct payments on their way to the chain. */
export function promised({ deals, payments = [] }: Pick<Snapshot, 'deals' | 'payments'>): bigint {
  const locks = [...deals.values()].filter(({ state }) => state === 'locking');
  return locks.reduce((sum, { bounty }) => sum + bounty, promisedDirectly(payments));
}

/** Micro-USDC that purchases over direct doors may still take out of the wallet. */
export function promisedDirectly(open: readonly OpenPayment[]): bigint {
  return open
    .filter(({ direction, isBooked }) => direction === 'out' && !isBooked)
    .reduce((sum, { payment }) => sum + payment.amount, 0n);
}
