import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AgentState, Intent, LedgerEntry } from '#contract/agent-state.ts';
import { Deal, Purchase } from '#contract/deal.ts';
import { economyKey, type Key } from '#contract/keys.ts';
import { Peer } from '#contract/peer.ts';
import { OpenPayment, openPaymentId } from '#contract/x402.ts';
import type { Change, Commit, Lease } from '#core/ports/agents.ts';
import { added, type Balances, begun } from './balances.ts';

type Item = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write of a transaction, and what it means when its condition fails; `bug`: it cannot. */
export interface Piece {
  readonly item: Item;
  readonly onFail: Exclude<Commit, 'committed'> | 'no-balances' | 'bug';
}

/** A change as one transaction. The lease comes first: an outrun holder writes nothing at all. `before`: balances of an agent that has no item of them. */
export function pieces(
  lease: Lease,
  change: Change,
  { table, before }: { readonly table: string; readonly before?: Balances },
): Piece[] {
  const { entries = [] } = change;
  return [
    held(lease, table),
    ...(change.beat === undefined ? [] : [beaten(lease, change.beat, table)]),
    ...(change.state === undefined ? [] : [stated(lease, change.state, table)]),
    ...(change.budget === undefined ? [] : [budgeted(lease, change.budget, table)]),
    ...dealPieces(lease.agentId, change, table),
    ...memoryPieces(lease.agentId, change, table),
    ...entries.map((entry) => booked(lease, entry, table)),
    ...(entries.length === 0 ? [] : [balanced(lease, { entries, before }, table)]),
  ];
}

/** What is traded, and what is still to be done. */
function dealPieces(
  agentId: Lease['agentId'],
  { deals = [], purchases = [], intents = [], done = [] }: Change,
  table: string,
): Piece[] {
  const { put, gone } = plainWrites(table);
  return [
    ...deals.map((deal) => put(economyKey.deal(agentId, deal.taskId), z.encode(Deal, deal))),
    ...purchases.map((purchase) =>
      put(
        economyKey.purchase(agentId, purchase.product, purchase.generation),
        z.encode(Purchase, purchase),
      ),
    ),
    ...intents.map((intent) =>
      put(economyKey.intent(agentId, intent.id), z.encode(Intent, intent)),
    ),
    ...done.map((id) => gone(economyKey.intent(agentId, id))),
  ];
}

function balanced(
  { agentId }: Lease,
  {
    entries,
    before,
  }: { readonly entries: readonly LedgerEntry[]; readonly before?: Balances | undefined },
  table: string,
): Piece {
  return before === undefined
    ? { onFail: 'no-balances', item: added(agentId, entries, table) }
    : { onFail: 'outrun', item: begun(agentId, { before, entries }, table) };
}

function memoryPieces(
  agentId: Lease['agentId'],
  { peers = [], payments = [], closedPayments = [], heard = [], talk }: Change,
  table: string,
): Piece[] {
  const { put, gone } = plainWrites(table);
  const key = (payment: OpenPayment) => economyKey.openPayment(agentId, openPaymentId(payment));
  return [
    ...peers.map((peer) => put(economyKey.peer(agentId, peer.wallet), z.encode(Peer, peer))),
    ...heard.map(({ ts, id }) => gone(economyKey.inbox(agentId, ts, id))),
    ...(talk === undefined ? [] : [put(economyKey.talk(agentId), talk)]),
    ...payments.map((payment) => put(key(payment), z.encode(OpenPayment, payment))),
    ...closedPayments.map((payment) => gone(key(payment))),
  ];
}

/** Writes without a condition of their own: the lease's is enough. */
function plainWrites(table: string) {
  return {
    put: (key: Key, body: Record<string, unknown>): Piece => ({
      onFail: 'bug',
      item: { Put: { TableName: table, Item: { ...body, ...key } } },
    }),
    gone: (key: Key): Piece => ({
      onFail: 'bug',
      item: { Delete: { TableName: table, Key: { ...key } } },
    }),
  };
}

function held({ agentId, owner, fence }: Lease, table: string): Piece {
  return {
    onFail: 'outrun',
    item: {
      ConditionCheck: {
        TableName: table,
        Key: { ...economyKey.lease(agentId) },
        ConditionExpression: '#owner = :owner AND fence = :fence',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner, ':fence': fence },
      },
    },
  };
}

/** The record that this beat has decided. */
function beaten(
  { agentId, fence }: Lease,
  { id, keepUntil }: NonNullable<Change['beat']>,
  table: string,
): Piece {
  return {
    onFail: 'already-done',
    item: {
      Put: {
        TableName: table,
        Item: {
          ...economyKey.beat(agentId, id),
          fence,
          ttl: Math.floor(keepUntil.getTime() / 1000),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  };
}

function stated({ agentId }: Lease, state: AgentState, table: string): Piece {
  return {
    onFail: 'outrun',
    item: {
      Put: {
        TableName: table,
        Item: { ...z.encode(AgentState, state), ...economyKey.state(agentId) },
        ConditionExpression: 'attribute_not_exists(pk) OR revision = :previous',
        ExpressionAttributeValues: { ':previous': state.revision - 1 },
      },
    },
  };
}

/** The day's budget as one counter: the condition holds whatever beats run beside each other. */
function budgeted({ agentId }: Lease, budget: NonNullable<Change['budget']>, table: string): Piece {
  return {
    onFail: 'over-budget',
    item: {
      Update: {
        TableName: table,
        Key: { ...economyKey.budget(agentId, budget.day) },
        UpdateExpression: 'ADD committed :amount',
        ConditionExpression: 'attribute_not_exists(committed) OR committed <= :room',
        ExpressionAttributeValues: {
          ':amount': Number(budget.amount),
          ':room': Number(budget.limit - budget.amount),
        },
      },
    },
  };
}

function booked({ agentId }: Lease, entry: LedgerEntry, table: string): Piece {
  return {
    onFail: 'bug',
    item: {
      Put: {
        TableName: table,
        Item: { ...z.encode(LedgerEntry, entry), ...economyKey.ledger(agentId, entry.id) },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  };
}
