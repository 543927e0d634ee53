import type { Book } from '#adapters/dynamodb/books.ts';
import type { Intent } from '#contract/agent-state.ts';
import type { BuyDeal, Deal } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { PRODUCTS } from '#contract/products.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { openPaymentId } from '#contract/x402.ts';
import { isFinal } from '#core/heartbeat/change.ts';
import { balances, sum } from '#core/money/ledger.ts';
import { unverified } from './audit-invariants.ts';
import type { Payment } from './chain.ts';
import type { SimulatedEconomy } from './economy.ts';
import { WALLETS } from './wallets.ts';
import type { Silence } from './weather.ts';

const HOUR = 3_600_000;
/** What may lie between a deadline and the last word on its deal. */
const GRACE = 9 * HOUR;
const DEADLINE = 24 * HOUR;

/** Deals that are not over although their deadline and the grace after it have passed. */
export async function findStuck(economy: SimulatedEconomy, moment: Moment): Promise<string[]> {
  const found: string[] = [];
  for (const { id } of ROSTER) {
    const { deals, intents } = await economy.agents.book(id);
    for (const deal of deals) {
      if (!isFinal(deal) && moment.now > dueOf(deal, moment))
        found.push(`stuck: ${id} ${nameOf(deal)}`);
    }
    found.push(
      ...intents
        .filter((intent) => isTooOld(intent, { deals, moment }))
        .map((intent) => `old intent: ${id} ${intent.id}`),
    );
  }
  return found;
}

export interface Moment {
  readonly now: number;
  readonly silence: Silence | undefined;
}

/** Money that nobody else gives back is waited for until its payer may take it. */
function dueOf({ side, state, payment, openedAt }: Deal, { silence }: Moment): number {
  const isStranded = side === 'buy' && (state === 'stranded' || state === 'reclaiming');
  const waits = payment !== undefined && (isStranded || silence !== undefined);
  return (waits ? payment.authorizationExpiry * 1000 : Date.parse(openedAt) + DEADLINE) + GRACE;
}

/** What belongs to a deal may be as old as the deal; what asks a silent market for something new waits for ever. */
function isTooOld(
  { kind, subject, createdAt }: Intent,
  { deals, moment }: { readonly deals: readonly Deal[]; readonly moment: Moment },
): boolean {
  const { now, silence } = moment;
  if (silence?.of === 'market' && (kind === 'publish' || kind === 'register')) return false;
  const deal = deals.find(({ taskId }) => taskId === subject);
  const due = deal && dueOf(deal, moment);
  return now > Math.max(Date.parse(createdAt) + DEADLINE + GRACE, due ?? 0);
}

function nameOf({ taskId, side, state, product, generation, because }: Deal): string {
  return `${side} ${taskId} ${product} ${generation} ${state} ${because ?? ''}`;
}

/** Everything that must hold once nothing is under way any more. */
export async function findWrong(economy: SimulatedEconomy, moment: Moment): Promise<string[]> {
  const books = new Map<AgentId, Book>();
  for (const { id } of ROSTER) books.set(id, await economy.agents.book(id));
  return [
    ...(await findStuck(economy, moment)),
    ...stranded(economy, books),
    ...(await unsettled(economy, books)),
    ...economy.broken.map((line) => `broken: ${line}`),
    ...economy.market.broken.map((line) => `market broken: ${line}`),
    ...paidTwice(economy),
    ...deliveredUnpaid(economy),
    ...(await directSales(economy)),
    ...unverified(economy, books),
    ...(await unbalanced(economy, books)),
    ...overspent(economy, books),
  ];
}

/** Past all expiries no money lies in escrow, and no buyer waits for any. */
function stranded({ chain }: SimulatedEconomy, books: ReadonlyMap<AgentId, Book>): string[] {
  const locked = [...chain.payments.values()].filter(({ end }) => end === undefined);
  return [
    ...locked.map(({ info, lock }) => `stranded in escrow: ${lock} of ${info.payer}`),
    ...[...books].flatMap(([id, { deals }]) =>
      deals
        .filter((deal) => deal.payment !== undefined && !isFinal(deal))
        .map((deal) => `waits for ever: ${id} ${nameOf(deal)}`),
    ),
  ];
}

/** What the budget of a day holds in the end is what was bought on it: every other hold was given back. */
async function unsettled(
  economy: SimulatedEconomy,
  books: ReadonlyMap<AgentId, Book>,
): Promise<string[]> {
  const { agents } = economy;
  const found: string[] = [];
  for (const [id, { deals }] of books) {
    const days = new Map(directSpend(economy, id));
    for (const deal of deals) {
      if (deal.side !== 'buy' || deal.budgetDay === undefined) continue;
      const spent = deal.state === 'settled' ? deal.bounty : 0n;
      days.set(deal.budgetDay, (days.get(deal.budgetDay) ?? 0n) + spent);
    }
    for (const [day, spent] of days) {
      const { committed } = await agents.load(id, { day, generation: undefined });
      if (committed !== spent)
        found.push(`hold not settled: ${id} ${day} ${committed} is ${spent}`);
    }
  }
  return found;
}

/** The task that a payment was for. */
function taskOf({ exchange }: SimulatedEconomy, { info }: Payment) {
  return exchange.all().find(({ escrows }) => escrows.some((one) => one.info.salt === info.salt));
}

function paidTwice(economy: SimulatedEconomy): string[] {
  const found: string[] = [];
  const paid = new Map<string, number>();
  const count = (key: string) => paid.set(key, (paid.get(key) ?? 0) + 1);
  for (const payment of economy.chain.payments.values()) {
    if (payment.end?.kind !== 'captured') continue;
    const task = taskOf(economy, payment);
    if (task === undefined) {
      found.push(`paid for no task: ${payment.lock}`);
      continue;
    }
    count(`bounty paid twice: ${task.id}`);
    count(`bought twice: ${task.publisher} ${task.skills.join(' ')}`);
    const isDelivered = economy.goods.handedOver.some(
      ({ deal, at }) => deal.taskId === task.id && at <= (payment.end?.at ?? 0),
    );
    if (!isDelivered || task.submissionIds.length === 0) found.push(`paid undelivered: ${task.id}`);
    if (!economy.goods.seenGood.has(task.id)) found.push(`paid unseen: ${task.id}`);
  }
  return [...found, ...[...paid].filter(([, times]) => times > 1).map(([key]) => key)];
}

/** What a wallet paid over the direct door, by the day whose budget paid. */
function directSpend(
  { chain, shop, audits }: SimulatedEconomy,
  id: AgentId,
): ReadonlyMap<string, bigint> {
  const days = new Map<string, bigint>();
  for (const { payment } of chain.direct.values()) {
    const { nonce } = payment;
    const day = shop.budgetDays.get(nonce) ?? audits.budgetDays.get(nonce) ?? 'unknown';
    if (payment.from === WALLETS.get(id)) days.set(day, (days.get(day) ?? 0n) + payment.amount);
  }
  return days;
}

/** Over the direct door every answer was paid once, and every payment answered. */
async function directSales({ agents, chain, shop }: SimulatedEconomy): Promise<string[]> {
  const found: string[] = [];
  for (const { url, nonces, answered } of shop.errands) {
    const paid = nonces.filter((nonce) => chain.direct.has(nonce)).length;
    if (paid > 1) found.push(`paid twice directly: ${url}`);
    if (paid === 1 && !answered) found.push(`paid directly, never served: ${url}`);
    if (paid === 0 && answered) found.push(`served unpaid: ${url}`);
  }
  for (const { id } of ROSTER) {
    const { payments = [] } = await agents.load(id, { day: '2026-03-01', generation: undefined });
    found.push(...payments.map((open) => `open payment: ${id} ${openPaymentId(open)}`));
  }
  return found;
}

/** A seller hands over only on a lock that stands, for itself and for the whole bounty. */
function deliveredUnpaid({ goods, chain }: SimulatedEconomy): string[] {
  return goods.handedOver
    .filter(({ seller, deal, at }) => {
      const payment = deal.payment && chain.payments.get(deal.payment.salt);
      const stands =
        payment !== undefined &&
        payment.lockedAt <= at &&
        (payment.end?.kind !== 'voided' || payment.end.at >= at - LOOKED_MS) &&
        payment.info.receiver === WALLETS.get(seller) &&
        payment.info.maxAmount >= PRODUCTS[deal.product].price;
      return !stands;
    })
    .map(({ seller, deal }) => `delivered unpaid: ${seller} ${deal.taskId}`);
}

/** Between a seller's last look at the chain and its handing over. */
const LOOKED_MS = 1000;

async function unbalanced(
  { chain }: SimulatedEconomy,
  books: ReadonlyMap<AgentId, Book>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [id, { entries }] of books) {
    const broken = entries.filter(({ postings }) => sum(postings) !== 0n);
    found.push(...broken.map((entry) => `entry does not sum to zero: ${id} ${entry.id}`));
    const wallet = WALLETS.get(id);
    if (wallet === undefined || entries.length === 0) continue;
    const accounts = balances(entries);
    const expected = { wallet: await chain.balanceOf(wallet), escrow: 0n };
    for (const [account, amount] of Object.entries(expected)) {
      const booked = accounts.get(account) ?? 0n;
      if (booked !== amount)
        found.push(`ledger is not the chain: ${id} ${account} ${booked} is ${amount}`);
    }
  }
  return found;
}

function overspent(economy: SimulatedEconomy, books: ReadonlyMap<AgentId, Book>): string[] {
  const found: string[] = [];
  for (const [id, { deals }] of books) {
    const { budget } = agentOf(id);
    const days = new Map(directSpend(economy, id));
    for (const deal of deals.filter(isSpent)) {
      const isLocked = deal.payment !== undefined && economy.chain.payments.has(deal.payment.salt);
      if (!isLocked || deal.budgetDay === undefined) continue;
      days.set(deal.budgetDay, (days.get(deal.budgetDay) ?? 0n) + deal.bounty);
      if (deal.bounty > budget.perDeal) found.push(`over deal cap: ${id} ${deal.taskId}`);
    }
    for (const [day, spent] of days)
      if (spent > budget.perDay) found.push(`over day budget: ${id} ${day} ${spent}`);
  }
  return found;
}

function isSpent(deal: Deal): deal is BuyDeal {
  return deal.side === 'buy' && deal.state !== 'closed';
}
