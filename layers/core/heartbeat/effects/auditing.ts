import type { BuyDeal } from '#contract/deal.ts';
import { type Address, AgentId } from '#contract/ids.ts';
import { VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import type { OpenPayment } from '#contract/x402.ts';
import { isTooLateForVerdict, LEAST_SCORE, verdictOn } from '../../market/auditing.ts';
import type { BuyEvents } from '../../market/buying.ts';
import { type EventOf, must } from '../../market/step.ts';
import { refuseAmount } from '../../money/gate.ts';
import { paymentEntry } from '../../money/ledger.ts';
import type { Change } from '../../ports/agents.ts';
import type { PaidOrder } from '../../ports/orders.ts';
import { changeOf, intend, merge } from '../change.ts';
import { promised } from '../payments.ts';
import { onBounty, step } from './bounty.ts';
import type { Job, Outcome } from './effect.ts';
import { MAX_COMPLAINT } from './judging.ts';

/** Signs for a verdict and writes down what it signed, with the money's reserve, before anything is sent. */
export const orderAudit = onBounty('auditing', async (deal, job) => {
  // the same bytes as before: their verdict stands
  const known = deal.verdict;
  if (known !== undefined && known.sha256 === deal.evidence?.sha256 && known.score < LEAST_SCORE)
    return step(deal, { kind: 'condemned', verdict: known, reason: complaint(known) }, job);
  if (paymentFor(deal, job) !== undefined) return { kind: 'change', change: awaited(deal, job) };
  if (isTooLateForVerdict(deal, job.hands.now()))
    return step(deal, { kind: 'unaudited', reason: 'it could not be ordered in time' }, job);

  const ordered = await signed(deal, job);
  if (typeof ordered === 'string') return { kind: 'later', reason: ordered };
  const { agent, at } = job;
  const { url, header, payment } = ordered;
  const { taskId } = deal;
  const { sha256 } = must(deal.evidence, 'its evidence');
  const budgetDay = at.slice(0, 10);
  const open: OpenPayment = {
    v: 1,
    direction: 'out',
    payment,
    account: `expense:${VALIDATION.product}`,
    at,
    isBooked: false,
    order: { url, header, budgetDay, audited: { taskId, sha256 } },
  };
  const budget = { day: budgetDay, amount: payment.amount, limit: agent.budget.perDay };
  return { kind: 'change', change: { ...awaited(deal, job), payments: [open], budget } };
});

/**
 * Sends what was signed, the same each time, and fetches the verdict. What could not be paid in time was given up by then (`bookPayment`)
 * and is signed anew.
 */
export const awaitVerdict = onBounty('auditing', async (deal, job) => {
  const open = paymentFor(deal, job);
  const order = orderIn(open);
  const isLate = isTooLateForVerdict(deal, job.hands.now());
  if (open === undefined || order === undefined) {
    if (isLate) return step(deal, { kind: 'unaudited', reason: 'it was not paid in time' }, job);
    const change = { intents: [intend('order-audit', deal.taskId, job.at)] };
    return { kind: 'change', change };
  }
  const event = await judged(deal, order, job);
  if (typeof event !== 'string') return paidFor(step(deal, event, job), open, job);
  return isLate
    ? paidFor(step(deal, { kind: 'unaudited', reason: event }, job), open, job)
    : { kind: 'later', reason: event };
});

type Judged = EventOf<BuyEvents, 'verified'> | EventOf<BuyEvents, 'condemned'>;

/** What the validator says of what we hold; a sentence when it says nothing. */
async function judged(deal: BuyDeal, order: PaidOrder, job: Job): Promise<Judged | string> {
  const { audits } = job.hands;
  const signer = await validatorOf(job);
  if (audits === undefined || signer === undefined) return 'nobody audits';
  const sent = await audits.send(order);
  const verdict = await audits.verdict(order, signer);
  if (verdict === 'forged') return 'the verdict is not signed by the validator';
  if (verdict === undefined)
    return sent === 'ordered' ? 'no verdict yet' : `not ordered yet: ${sent.reason}`;
  const kind = verdictOn(deal, verdict);
  if (kind === undefined) return 'the verdict says nothing of these goods';
  return kind === 'verified' ? { kind, verdict } : { kind, verdict, reason: complaint(verdict) };
}

function complaint({ id, score, reasons }: NonNullable<BuyDeal['verdict']>): string {
  return `audit ${id}: score ${score}: ${reasons.join('; ')}`.slice(0, MAX_COMPLAINT);
}

function awaited({ taskId }: BuyDeal, { at }: Job): Change {
  return { intents: [intend('await-verdict', taskId, at)] };
}

function paymentFor({ taskId, evidence }: BuyDeal, { snapshot }: Job): OpenPayment | undefined {
  return snapshot.payments?.find(
    ({ order }) => order?.audited?.taskId === taskId && order.audited.sha256 === evidence?.sha256,
  );
}

function orderIn(open: OpenPayment | undefined): PaidOrder | undefined {
  return open?.order && { url: open.order.url, header: open.order.header, payment: open.payment };
}

async function validatorOf({ hands }: Job): Promise<Address | undefined> {
  return [...(await hands.agents.roster())].find(([, id]) => id === VALIDATOR)?.[0];
}

/** What is signed for, once the money gate lets it pass; a word for the log when not. */
async function signed(deal: BuyDeal, job: Job): Promise<PaidOrder | string> {
  const { agent, hands, snapshot } = job;
  const { audits, chain, network, self } = hands;
  const payTo = await validatorOf(job);
  if (audits === undefined || payTo === undefined) return 'nobody audits';
  if (payTo === self) return 'own-wallet';
  const seller = AgentId.safeParse(must(deal.seller, 'a seller').name).data;
  if (seller === undefined) return 'only deliveries of the roster are audited';
  const balance = (await chain.balanceOf(self)) - promised(snapshot);
  const { committed, isHalted } = snapshot;
  const purse = { agent, network, self, balance, committed, isHalted };
  const { price: maxPrice } = VALIDATION;
  const because = refuseAmount(maxPrice, purse);
  if (because !== undefined) return because;
  const { sha256 } = must(deal.evidence, 'its evidence');
  const order = await audits.order({ taskId: deal.taskId, seller, sha256 }, { maxPrice, payTo });
  return 'kind' in order ? `${order.kind}: ${order.reason}` : order;
}

/** Books the payment with what it bought, should the chain show it already: else the next beat does. */
async function paidFor(outcome: Outcome, open: OpenPayment, job: Job): Promise<Outcome> {
  const { agent, snapshot, hands, at } = job;
  const paid = await hands.payments?.paymentOf(open.payment);
  if (paid === undefined || outcome.kind !== 'step' || outcome.step === undefined) return outcome;
  const entries = open.isBooked ? [] : [paymentEntry(open, paid.tx, at)];
  const moved = changeOf(agent, snapshot, { step: outcome.step, at });
  return { kind: 'change', change: merge(moved, { entries, closedPayments: [open] }) };
}
