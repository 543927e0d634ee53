import type { AgentState, Intent } from '#contract/agent-state.ts';
import type { BeatEvent } from '#contract/beat-event.ts';
import type { Deal, Purchase } from '#contract/deal.ts';
import type { TaskId } from '#contract/ids.ts';
import type { Peer } from '#contract/peer.ts';
import type { Agent } from '#contract/roster.ts';
import { VALIDATION } from '#contract/verdict.ts';
import { type OpenPayment, openPaymentId } from '#contract/x402.ts';
import { sold } from '../market/history.ts';
import { restAfter } from '../market/patience.ts';
import { peerOf, remember } from '../market/peers.ts';
import type { Step } from '../market/step.ts';
import type { Change, Snapshot } from '../ports/agents.ts';
import { lineIdOf } from '../talk/announce.ts';

/** Nothing more will happen to it by itself: it leaves the agent's desk. */
export function isFinal(deal: Deal): boolean {
  return deal.state === 'settled' || deal.state === 'closed';
}

/** One commitment; the same kind and subject is the same intent. */
export function intend(kind: Intent['kind'], subject: string, createdAt: string): Intent {
  return { v: 1, id: `${kind}#${subject}`, kind, subject, createdAt, attempts: 0 };
}

/** Lines are intents too: what happened is said once it is written down, and said even if the beat dies in between. */
export function utter(agent: Agent, news: readonly BeatEvent[], at: string): Intent[] {
  return news.map((event) => ({ ...intend('say', lineIdOf(agent.id, event), at), event }));
}

/** What a step of a machine writes. */
export function changeOf(
  agent: Agent,
  snapshot: Snapshot,
  { step, at }: { readonly step: Step<Deal>; readonly at: string },
): Change {
  const { deal, intents = [], entries = [], said = [], unspent } = step;
  const purchase = purchaseAfter(snapshot.purchases, { step, at });
  const peer = peerAfter(snapshot, { step, at });
  const isSold = deal.side === 'sell' && deal.state === 'rating' && entries.length > 0;
  return {
    ...(isSold && {
      state: sold(snapshot.state, { product: deal.product, version: deal.goods }, at),
    }),
    deals: [deal],
    intents: [...intents.map((kind) => intend(kind, deal.taskId, at)), ...utter(agent, said, at)],
    entries,
    purchases: purchase ? [purchase] : [],
    ...(peer && { peers: [peer] }),
    budget: unspent && { day: unspent.day, amount: -unspent.amount, limit: agent.budget.perDay },
  };
}

function peerAfter(
  { peers }: Snapshot,
  { step, at }: { readonly step: Step<Deal>; readonly at: string },
): Peer | undefined {
  const { deal, lesson } = step;
  const wallet = peerOf(deal);
  const known = wallet && peers?.get(wallet);
  return lesson && remember(known, { deal, at }, lesson);
}

function purchaseAfter(
  purchases: readonly Purchase[],
  { step, at }: { readonly step: Step<Deal>; readonly at: string },
): Purchase | undefined {
  const { deal, purchase: state } = step;
  const purchase = purchases.find(({ taskId }) => taskId === deal.taskId);
  if (purchase === undefined || state === undefined) return undefined;
  const { taskId, ...open } = purchase;
  if (state === 'bought') {
    const { evidence, verdict } = deal.side === 'buy' ? deal : {};
    const cost = deal.bounty + (verdict === undefined ? 0n : VALIDATION.price);
    return { ...purchase, state, evidence, cost };
  }
  const attempt = purchase.attempt + 1;
  const notBefore = new Date(Date.parse(at) + restAfter(attempt)).toISOString();
  return { ...open, state, attempt, notBefore, because: deal.because };
}

/** Both changes as one. Where both write the same record, the later one wins; only one of them may touch the budget. */
export function merge(first: Change, second: Change): Change {
  return {
    beat: second.beat ?? first.beat,
    state: second.state ?? first.state,
    deals: union(first.deals, second.deals, ({ taskId }) => taskId),
    purchases: union(first.purchases, second.purchases, purchaseId),
    intents: union(first.intents, second.intents, ({ id }) => id),
    done: union(first.done, second.done, (id) => id),
    entries: union(first.entries, second.entries, ({ id }) => id),
    peers: union(first.peers, second.peers, ({ wallet }) => wallet),
    payments: union(first.payments, second.payments, openPaymentId),
    heard: union(first.heard, second.heard, ({ id }) => id),
    talk: second.talk ?? first.talk,
    closedPayments: union(first.closedPayments, second.closedPayments, openPaymentId),
    budget: both(first.budget, second.budget),
  };
}

/** Whether one transaction can write both: a budget is of one day. */
export function isOneBudget({ budget: one }: Change, { budget: other }: Change): boolean {
  return one === undefined || other === undefined || one.day === other.day;
}

function both(one: Change['budget'], other: Change['budget']): Change['budget'] {
  if (one === undefined || other === undefined) return other ?? one;
  if (one.day !== other.day)
    throw new Error('One transaction cannot write two days of the budget.');
  return { ...other, amount: one.amount + other.amount };
}

/** How many items its transaction writes, besides lease, beat and state. */
export function itemsIn({ budget, ...change }: Change): number {
  const { deals, purchases, peers, intents, done, entries, payments, closedPayments, heard } =
    change;
  const lists = [deals, purchases, peers, intents, done, entries, payments, closedPayments, heard];
  const listed = lists.reduce((total, list) => total + (list?.length ?? 0), 0);
  return budget === undefined ? listed : listed + 1;
}

/** Adds the state record where the change makes it differ, so that it is written in the same transaction. */
export function complete(snapshot: Snapshot, change: Change): Change {
  const open = openAfter(snapshot, change);
  const state = change.state ?? snapshot.state;
  const isSame = change.state === undefined && open.join() === state.open.join();
  return isSame
    ? change
    : { ...change, state: { ...state, open, revision: snapshot.state.revision + 1 } };
}

/** Nothing to write. */
export function isEmpty(change: Change): boolean {
  const parts: readonly unknown[] = Object.values(change);
  return parts.every((part) => part === undefined || (Array.isArray(part) && part.length === 0));
}

/** The snapshot as it stands after a completed change was committed. */
export function apply(snapshot: Snapshot, change: Change): Snapshot {
  const done = new Set(change.done);
  const deals = new Map(snapshot.deals);
  for (const deal of change.deals ?? []) {
    if (isFinal(deal)) deals.delete(deal.taskId);
    else deals.set(deal.taskId, deal);
  }
  const { inbox: _inbox, talk: _talk, ...kept } = snapshot;
  return {
    ...kept,
    state: change.state ?? snapshot.state,
    deals,
    intents: union(snapshot.intents, change.intents, ({ id }) => id).filter(
      ({ id }) => !done.has(id),
    ),
    purchases: union(snapshot.purchases, change.purchases, purchaseId),
    payments: paymentsAfter(snapshot, change),
    peers: new Map([...(snapshot.peers ?? []), ...(change.peers ?? []).map(byWallet)]),
    ...heardAfter(snapshot, change),
    committed: snapshot.committed + (change.budget?.amount ?? 0n),
  };
}

function byWallet(peer: Peer): [Peer['wallet'], Peer] {
  return [peer.wallet, peer];
}

function heardAfter(snapshot: Snapshot, change: Change): Pick<Snapshot, 'inbox' | 'talk'> {
  const heard = new Set(change.heard?.map(({ id }) => id));
  const inbox = (snapshot.inbox ?? []).filter(({ id }) => !heard.has(id));
  const talk = change.talk ?? snapshot.talk;
  return { ...(inbox.length > 0 && { inbox }), ...(talk !== undefined && { talk }) };
}

function openAfter(snapshot: Snapshot, change: Change): AgentState['open'] {
  const open = new Set<TaskId>(snapshot.state.open);
  for (const deal of change.deals ?? []) {
    if (isFinal(deal)) open.delete(deal.taskId);
    else open.add(deal.taskId);
  }
  return [...open];
}

function paymentsAfter(snapshot: Snapshot, change: Change): readonly OpenPayment[] {
  const closed = new Set(change.closedPayments?.map(openPaymentId));
  return union(snapshot.payments, change.payments, openPaymentId).filter(
    (payment) => !closed.has(openPaymentId(payment)),
  );
}

function purchaseId({ product, generation }: Purchase): string {
  return `${product}#${generation}`;
}

/** The last of each key, in the order of first appearance. */
function union<T>(
  first: readonly T[] | undefined,
  second: readonly T[] | undefined,
  keyOf: (item: T) => string,
): T[] {
  return [
    ...new Map([...(first ?? []), ...(second ?? [])].map((item) => [keyOf(item), item])).values(),
  ];
}
