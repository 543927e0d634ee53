import type { LedgerEntry, Posting } from '#contract/agent-state.ts';
import type { BuyDeal, SellDeal } from '#contract/deal.ts';
import type { TaskId, TxHash } from '#contract/ids.ts';
import { type OpenPayment, openPaymentId } from '#contract/x402.ts';

/** The first entry of every agent: what its wallet held before it ever dealt. */
export function openingEntry(balance: bigint, at: string): LedgerEntry {
  return entry({
    id: 'opening',
    at,
    postings: [
      { account: 'wallet', amount: balance },
      { account: 'equity:opening', amount: -balance },
    ],
  });
}

/** Buyer: the bounty left the wallet and lies in escrow. */
export function lockedEntry(deal: BuyDeal, tx: TxHash, at: string): LedgerEntry {
  return moved(deal, { id: `locked#${salt(deal)}`, at, tx }, [
    { account: 'wallet', amount: -deal.bounty },
    { account: 'escrow', amount: deal.bounty },
  ]);
}

/** Buyer: the escrow was paid out, the goods are ours. */
export function boughtEntry(deal: BuyDeal, tx: TxHash, at: string): LedgerEntry {
  return moved(deal, { id: `bought#${deal.taskId}`, at, tx }, [
    { account: 'escrow', amount: -deal.bounty },
    { account: `expense:${deal.product}`, amount: deal.bounty },
  ]);
}

/** Buyer: the escrow came back. */
export function refundedEntry(deal: BuyDeal, tx: TxHash, at: string): LedgerEntry {
  return moved(deal, { id: `refunded#${salt(deal)}`, at, tx }, [
    { account: 'escrow', amount: -deal.bounty },
    { account: 'wallet', amount: deal.bounty },
  ]);
}

/** Seller: the net came in; the operator kept the fee. Both as seen in the Transfer logs. */
export function earnedEntry(
  deal: SellDeal,
  paid: { readonly tx: TxHash; readonly net: bigint; readonly fee: bigint },
  at: string,
): LedgerEntry {
  return moved(deal, { id: `earned#${deal.taskId}`, at, tx: paid.tx }, [
    { account: 'wallet', amount: paid.net },
    { account: `fees:${deal.product}`, amount: paid.fee },
    { account: `income:${deal.product}`, amount: -(paid.net + paid.fee) },
  ]);
}

/** A payment over a direct door, in or out, as the chain showed it. */
export function paymentEntry(open: OpenPayment, tx: TxHash, at: string): LedgerEntry {
  const { amount } = open.payment;
  const intoWallet = open.direction === 'in' ? amount : -amount;
  return entry({
    id: `x402#${openPaymentId(open)}`,
    at,
    tx,
    postings: [
      { account: 'wallet', amount: intoWallet },
      { account: open.account, amount: -intoWallet },
    ],
  });
}

/** Balance of every account after these entries. */
export function balances(entries: readonly LedgerEntry[]): ReadonlyMap<string, bigint> {
  const accounts = new Map<string, bigint>();
  for (const { account, amount } of entries.flatMap(({ postings }) => postings)) {
    accounts.set(account, (accounts.get(account) ?? 0n) + amount);
  }
  return accounts;
}

/** Sum over all postings: zero, or the ledger is broken. */
export function sum(postings: readonly Posting[]): bigint {
  return postings.reduce((total, { amount }) => total + amount, 0n);
}

/** A task may be locked more than once, after a refund; each lock has its own salt. */
function salt(deal: BuyDeal): string {
  return `${deal.taskId}#${deal.payment?.salt.slice(2, 18) ?? ''}`;
}

function moved(
  { taskId }: { readonly taskId: TaskId },
  head: { readonly id: string; readonly at: string; readonly tx: TxHash },
  postings: readonly Posting[],
): LedgerEntry {
  return entry({ ...head, taskId, postings });
}

function entry(
  parts: Omit<LedgerEntry, 'v' | 'postings'> & { readonly postings: readonly Posting[] },
): LedgerEntry {
  const difference = sum(parts.postings);
  if (difference !== 0n)
    throw new Error(`Ledger entry ${parts.id} does not balance: it sums to ${difference}.`);
  return { v: 1, ...parts, postings: [...parts.postings] };
}
