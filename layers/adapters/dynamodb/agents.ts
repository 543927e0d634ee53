import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AgentState, Intent, Pulse } from '#contract/agent-state.ts';
import { Deal, Purchase } from '#contract/deal.ts';
import { Address, AgentId, type TaskId } from '#contract/ids.ts';
import { InboxEntry } from '#contract/irc-line.ts';
import { agentPk, economyKey, type Key } from '#contract/keys.ts';
import { Peer } from '#contract/peer.ts';
import { agentOf } from '#contract/roster.ts';
import { withoutPlace } from '#contract/stored.ts';
import { Talk } from '#contract/talk.ts';
import { OpenPayment } from '#contract/x402.ts';
import { peerOf } from '#core/market/peers.ts';
import type { Agents, Change, Commit, Lease, Snapshot } from '#core/ports/agents.ts';
import { type Piece, pieces } from './agent-writes.ts';
import { type Balances, readBalances, sumLedger } from './balances.ts';
import { Leases } from './leases.ts';

const MAX_CONFLICTS = 5;
/** Entries of the inbox that one beat reads. */
const MOST_HEARD = 20;
const NEW_STATE: AgentState = { v: 1, revision: 0, isOpened: false, open: [], stock: {} };

/** Agents in table `economy`. Every item of an agent lies in its own partition, so that IAM can pin it. */
export class DynamoAgents implements Agents {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #leases: Leases;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#leases = new Leases(client, table);
  }

  takeLease(
    agentId: AgentId,
    term: Parameters<Agents['takeLease']>[1],
  ): Promise<Lease | undefined> {
    return this.#leases.take(agentId, term);
  }

  /** Whether somebody holds its lease: whoever only waits asks this, for asking for the lease makes its holder beat once more. */
  async isBusy(agentId: AgentId, now: Date): Promise<boolean> {
    const until = z
      .object({ until: z.number() })
      .safeParse(await this.#get(economyKey.lease(agentId))).data?.until;
    return until !== undefined && until >= now.getTime();
  }

  letGo(lease: Lease): Promise<'gone' | 'again' | 'lost'> {
    return this.#leases.letGo(lease);
  }

  async load(
    agentId: AgentId,
    { day, generation }: Parameters<Agents['load']>[1],
  ): Promise<Snapshot> {
    const [stored, intents, payments] = await Promise.all([
      this.#get(economyKey.state(agentId)),
      this.#intents(agentId),
      this.#query(agentPk(agentId), economyKey.openPayment(agentId, '').sk),
    ]);
    const state = stored === undefined ? NEW_STATE : AgentState.parse(stored);
    const generations = new Set(
      [generation, state.cycle?.generation].filter((entry) => entry !== undefined),
    );
    const wanted = [...generations].flatMap((entry) =>
      agentOf(agentId).wants.map((product) => economyKey.purchase(agentId, product, entry)),
    );
    const [deals, purchases, [budget], [halt]] = await Promise.all([
      this.#getAll(state.open.map((taskId) => economyKey.deal(agentId, taskId))),
      this.#getAll(wanted),
      this.#getAll([economyKey.budget(agentId, day)]),
      this.#getAll([economyKey.halt()]),
    ]);
    const open = deals.map((item) => Deal.parse(withoutPlace(item)));
    const wallets = open.map(peerOf).filter((wallet) => wallet !== undefined);
    const heard = {
      inbox: await this.#inbox(agentId),
      talk: await this.#get(economyKey.talk(agentId)),
    };
    return {
      state,
      intents,
      deals: new Map(open.map((deal) => [deal.taskId, deal])),
      peers: await this.peers(agentId, wallets),
      purchases: purchases.map((item) => Purchase.parse(withoutPlace(item))),
      ...(payments.length > 0 && { payments: payments.map((item) => OpenPayment.parse(item)) }),
      committed: BigInt(z.object({ committed: z.number() }).safeParse(budget).data?.committed ?? 0),
      isHalted: halt !== undefined,
      ...(heard.inbox.length > 0 && { inbox: heard.inbox }),
      ...(heard.talk !== undefined && { talk: Talk.parse(heard.talk) }),
    };
  }

  async commit(lease: Lease, change: Change): Promise<Commit> {
    const table = this.#table;
    const store = { client: this.#client, table };
    let writes = pieces(lease, change, { table });
    for (let attempt = 0; ; attempt += 1) {
      const verdict = await this.#transact(writes);
      if (verdict === 'no-balances') {
        const before = await sumLedger(store, lease.agentId);
        writes = pieces(lease, change, { table, before });
        continue;
      }
      if (verdict !== 'conflict') return verdict;
      if (attempt === MAX_CONFLICTS)
        throw new Error(`Transaction of ${lease.agentId} met ${MAX_CONFLICTS} conflicts.`);
    }
  }

  async claim(lease: Lease, intent: Intent): Promise<boolean> {
    const claimed: Piece = {
      onFail: 'outrun',
      item: {
        Update: {
          TableName: this.#table,
          Key: economyKey.intent(lease.agentId, intent.id),
          UpdateExpression: 'SET fence = :fence ADD attempts :one',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(fence) OR fence <= :fence)',
          ExpressionAttributeValues: { ':fence': lease.fence, ':one': 1 },
        },
      },
    };
    const [held] = pieces(lease, {}, { table: this.#table });
    return (await this.#transact(held === undefined ? [claimed] : [held, claimed])) === 'committed';
  }

  async deal(agentId: AgentId, taskId: TaskId): Promise<Deal | undefined> {
    const item = await this.#get(economyKey.deal(agentId, taskId));
    return item === undefined ? undefined : Deal.parse(item);
  }

  async peers(agentId: AgentId, wallets: readonly Address[]): Promise<ReadonlyMap<Address, Peer>> {
    const keys = [...new Set(wallets)].map((wallet) => economyKey.peer(agentId, wallet));
    const peers = (await this.#getAll(keys)).map((item) => Peer.parse(withoutPlace(item)));
    return new Map(peers.map((peer) => [peer.wallet, peer]));
  }

  async pulse(pulse: Pulse): Promise<void> {
    const Item = { ...economyKey.pulse(AgentId.parse(pulse.agentId)), ...z.encode(Pulse, pulse) };
    await this.#client.send(new PutCommand({ TableName: this.#table, Item }));
  }

  async pulses(of: readonly AgentId[]): Promise<ReadonlyMap<AgentId, Pulse>> {
    const items = await this.#getAll(of.map(economyKey.pulse));
    const found = new Map(items.map((item) => [item['pk'], Pulse.safeParse(item).data]));
    return new Map(
      of.flatMap((agentId) => {
        const pulse = found.get(economyKey.pulse(agentId).pk);
        // the partition says whose it is, not what was written into it
        return pulse?.agentId === agentId ? [[agentId, pulse] as const] : [];
      }),
    );
  }

  balances(agentId: AgentId): Promise<Balances> {
    return readBalances({ client: this.#client, table: this.#table }, agentId);
  }

  async roster(): Promise<ReadonlyMap<Address, AgentId>> {
    const items = await this.#query('SWITCH', 'ROSTER#');
    const Entry = z.object({ agentId: AgentId, address: Address });
    return new Map(
      items.map((item) => Entry.parse(item)).map(({ agentId, address }) => [address, agentId]),
    );
  }

  /** The owner's word on whose wallet is whose; written when wallets are made. */
  async enrol(agentId: AgentId, address: Address): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: economyKey.rosterEntry(agentId),
        UpdateExpression: 'SET agentId = :agentId, address = :address',
        ExpressionAttributeValues: { ':agentId': agentId, ':address': address },
      }),
    );
  }

  async #intents(agentId: AgentId): Promise<Intent[]> {
    const items = await this.#query(agentPk(agentId), 'INTENT#');
    return items
      .map((item) => Intent.parse(item))
      .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  }

  /** The oldest; what nobody can read stays until its time is over. */
  async #inbox(agentId: AgentId): Promise<InboxEntry[]> {
    const { pk, sk } = economyKey.inbox(agentId, '', '');
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': sk.slice(0, -1) },
        ConsistentRead: true,
        Limit: MOST_HEARD,
      }),
    );
    return Items.flatMap((item) => InboxEntry.safeParse(item).data ?? []);
  }

  async #query(pk: string, prefix: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
          ConsistentRead: true,
          ExclusiveStartKey,
        }),
      );
      items.push(...(page.Items ?? []).map(withoutPlace));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
    );
    return Item && withoutPlace(Item);
  }

  /** Items that exist, in no order; at most 100 keys a request. */
  async #getAll(keys: readonly Key[]): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let left: Record<string, unknown>[] = keys.map((key) => ({ ...key }));
    while (left.length > 0) {
      const Keys = left.slice(0, 100);
      const answer = await this.#client.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true } } }),
      );
      items.push(...(answer.Responses?.[this.#table] ?? []));
      left = [...(answer.UnprocessedKeys?.[this.#table]?.Keys ?? []), ...left.slice(100)];
    }
    return items;
  }

  async #transact(writes: readonly Piece[]): Promise<Commit | 'conflict' | 'no-balances'> {
    try {
      await this.#client.send(
        new TransactWriteCommand({ TransactItems: writes.map(({ item }) => item) }),
      );
      return 'committed';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = error.CancellationReasons ?? [];
      const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
      const verdict = writes[failed]?.onFail;
      if (verdict !== undefined && verdict !== 'bug') return verdict;
      if (failed === -1 && reasons.some(({ Code }) => Code === 'TransactionConflict'))
        return 'conflict';
      throw new Error('A transaction was cancelled for a reason that cannot be.', { cause: error });
    }
  }
}
