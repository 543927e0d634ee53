import type { AgentState, Intent, LedgerEntry, Pulse } from '#contract/agent-state.ts';
import type { Deal, Purchase } from '#contract/deal.ts';
import { type Address, AgentId, type TaskId } from '#contract/ids.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import type { Peer } from '#contract/peer.ts';
import { agentOf } from '#contract/roster.ts';
import type { Talk } from '#contract/talk.ts';
import { type OpenPayment, openPaymentId } from '#contract/x402.ts';
import { peerOf } from '#core/market/peers.ts';
import { balances } from '#core/money/ledger.ts';
import type { Agents, Change, Commit, Lease, Snapshot } from '#core/ports/agents.ts';
import type { Book } from '../dynamodb/books.ts';

const NEW_STATE: AgentState = { v: 1, revision: 0, isOpened: false, open: [], stock: {} };
/** What DynamoDB takes in one transaction. */
const MAX_ITEMS = 100;

interface Held {
  readonly owner: string;
  readonly until: number;
  readonly fence: number;
  readonly again: boolean;
}

/** Everything of one agent, by the sort keys of table `economy`. */
class Drawer {
  state: AgentState | undefined;
  lease: Held | undefined;
  readonly beats = new Set<string>();
  readonly deals = new Map<TaskId, Deal>();
  readonly purchases = new Map<string, Purchase>();
  readonly intents = new Map<string, Intent>();
  readonly entries = new Map<string, LedgerEntry>();
  readonly peers = new Map<Address, Peer>();
  readonly payments = new Map<string, OpenPayment>();
  readonly inbox = new Map<string, InboxEntry>();
  talk: Talk | undefined;
  readonly budget = new Map<string, bigint>();
}

/** Agents in memory, for the simulation: the rules of the table, item by item, without the table. */
export class MemoryAgents implements Agents {
  readonly #drawers = new Map<AgentId, Drawer>();
  readonly #roster = new Map<Address, AgentId>();
  readonly #pulses = new Map<AgentId, Pulse>();
  #isHalted = false;

  takeLease(
    agentId: AgentId,
    { owner, now, until }: Parameters<Agents['takeLease']>[1],
  ): Promise<Lease | undefined> {
    const drawer = this.#of(agentId);
    const { lease } = drawer;
    if (lease !== undefined && lease.until >= now.getTime()) {
      drawer.lease = { ...lease, again: true };
      return Promise.resolve(undefined);
    }
    const fence = (lease?.fence ?? 0) + 1;
    drawer.lease = { owner, until: until.getTime(), fence, again: false };
    return Promise.resolve({ agentId, owner, fence });
  }

  letGo(lease: Lease): Promise<'gone' | 'again' | 'lost'> {
    const drawer = this.#of(lease.agentId);
    const held = drawer.lease;
    if (held === undefined || !this.#holds(lease)) return Promise.resolve('lost');
    drawer.lease = held.again ? { ...held, again: false } : { ...held, until: 0 };
    return Promise.resolve(held.again ? 'again' : 'gone');
  }

  load(agentId: AgentId, { day, generation }: Parameters<Agents['load']>[1]): Promise<Snapshot> {
    const drawer = this.#of(agentId);
    const { state = NEW_STATE, deals, intents, purchases, budget } = drawer;
    const payments = [...drawer.payments.values()].toSorted((a, b) =>
      openPaymentId(a) < openPaymentId(b) ? -1 : 1,
    );
    const { wants } = agentOf(agentId);
    const generations = [generation, state.cycle?.generation];
    const open = state.open.flatMap((taskId) => deals.get(taskId) ?? []);
    return Promise.resolve({
      state,
      deals: new Map(open.map((deal) => [deal.taskId, deal])),
      intents: [...intents.values()].toSorted(
        (a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1),
      ),
      purchases: [...purchases.values()].filter(
        (purchase) => wants.includes(purchase.product) && generations.includes(purchase.generation),
      ),
      ...(payments.length > 0 && { payments }),
      peers: peersAmong(open.map(peerOf), drawer.peers),
      ...(drawer.inbox.size > 0 && { inbox: [...drawer.inbox.values()].slice(0, 20) }),
      ...(drawer.talk !== undefined && { talk: drawer.talk }),
      committed: budget.get(day) ?? 0n,
      isHalted: this.#isHalted,
    });
  }

  // async, so that a bug rejects as it does over the network
  // eslint-disable-next-line @typescript-eslint/require-await
  async commit(lease: Lease, change: Change): Promise<Commit> {
    const refused = this.#refuse(lease, change);
    if (refused !== undefined) return refused;
    write(this.#of(lease.agentId), change);
    return 'committed';
  }

  claim(lease: Lease, { id }: Intent): Promise<boolean> {
    const { intents } = this.#of(lease.agentId);
    const intent = intents.get(id);
    if (intent === undefined || !this.#holds(lease)) return Promise.resolve(false);
    intents.set(id, { ...intent, attempts: intent.attempts + 1 });
    return Promise.resolve(true);
  }

  deal(agentId: AgentId, taskId: TaskId): Promise<Deal | undefined> {
    return Promise.resolve(this.#of(agentId).deals.get(taskId));
  }

  peers(agentId: AgentId, wallets: readonly Address[]): Promise<ReadonlyMap<Address, Peer>> {
    return Promise.resolve(peersAmong(wallets, this.#of(agentId).peers));
  }

  /** As the relay does. */
  put(agentId: AgentId, entry: InboxEntry): Promise<boolean> {
    const { inbox } = this.#of(agentId);
    const isNew = !inbox.has(entry.id);
    inbox.set(entry.id, entry);
    return Promise.resolve(isNew);
  }

  pulse(pulse: Pulse): Promise<void> {
    this.#pulses.set(AgentId.parse(pulse.agentId), pulse);
    return Promise.resolve();
  }

  pulses(of: readonly AgentId[]): Promise<ReadonlyMap<AgentId, Pulse>> {
    return Promise.resolve(new Map([...this.#pulses].filter(([id]) => of.includes(id))));
  }

  balances(agentId: AgentId): Promise<ReadonlyMap<string, bigint>> {
    return Promise.resolve(balances([...this.#of(agentId).entries.values()]));
  }

  roster(): Promise<ReadonlyMap<Address, AgentId>> {
    return Promise.resolve(this.#roster);
  }

  /** The owner's word on whose wallet is whose. */
  enrol(agentId: AgentId, address: Address): Promise<void> {
    this.#roster.set(address, agentId);
    return Promise.resolve();
  }

  /** The owner's word that nobody spends. */
  halt(isHalted: boolean): Promise<void> {
    this.#isHalted = isHalted;
    return Promise.resolve();
  }

  /** As the storefront does, which is no holder of the lease; false when it was told before. */
  tell(agentId: AgentId, payment: OpenPayment): boolean {
    const { payments } = this.#of(agentId);
    const id = openPaymentId(payment);
    if (payments.has(id)) return false;
    payments.set(id, payment);
    return true;
  }

  /** All that one agent has written down. */
  book(agentId: AgentId): Promise<Book> {
    const { state, deals, purchases, peers, intents, entries } = this.#of(agentId);
    return Promise.resolve({
      state,
      deals: [...deals.values()],
      purchases: [...purchases.values()],
      peers: [...peers.values()],
      intents: [...intents.values()],
      entries: [...entries.values()].toSorted((a, b) => a.at.localeCompare(b.at)),
    });
  }

  #of(agentId: AgentId): Drawer {
    const drawer = this.#drawers.get(agentId) ?? new Drawer();
    this.#drawers.set(agentId, drawer);
    return drawer;
  }

  #holds({ agentId, owner, fence }: Lease): boolean {
    const { lease } = this.#of(agentId);
    return lease?.owner === owner && lease.fence === fence;
  }

  /** The conditions of the transaction, in the order of its items. */
  #refuse(lease: Lease, change: Change): Exclude<Commit, 'committed'> | undefined {
    assertOneTransaction(change);
    const drawer = this.#of(lease.agentId);
    if (!this.#holds(lease)) return 'outrun';
    if (change.beat !== undefined && drawer.beats.has(change.beat.id)) return 'already-done';
    if (isStale(drawer.state, change.state)) return 'outrun';
    if (isTooDear(drawer.budget, change.budget)) return 'over-budget';
    const twice = change.entries?.find(({ id }) => drawer.entries.has(id));
    if (twice !== undefined) throw new Error(`Ledger entry ${twice.id} was written before.`);
    return undefined;
  }
}

function peersAmong(
  wallets: readonly (Address | undefined)[],
  peers: ReadonlyMap<Address, Peer>,
): ReadonlyMap<Address, Peer> {
  return new Map([...peers].filter(([wallet]) => wallets.includes(wallet)));
}

function listen(drawer: Drawer, { heard = [], talk = drawer.talk }: Change): void {
  for (const { id } of heard) drawer.inbox.delete(id);
  drawer.talk = talk;
}

function write(drawer: Drawer, change: Change): void {
  const { beat, state, budget } = change;
  if (beat !== undefined) drawer.beats.add(beat.id);
  drawer.state = state ?? drawer.state;
  if (budget !== undefined)
    drawer.budget.set(budget.day, (drawer.budget.get(budget.day) ?? 0n) + budget.amount);
  put(drawer.deals, change.deals, ({ taskId }) => taskId);
  put(drawer.purchases, change.purchases, purchaseId);
  put(drawer.intents, change.intents, ({ id }) => id);
  put(drawer.entries, change.entries, ({ id }) => id);
  put(drawer.peers, change.peers, ({ wallet }) => wallet);
  put(drawer.payments, change.payments, openPaymentId);
  for (const payment of change.closedPayments ?? []) drawer.payments.delete(openPaymentId(payment));
  listen(drawer, change);
  for (const id of change.done ?? []) drawer.intents.delete(id);
}

function put<K, T>(map: Map<K, T>, items: readonly T[] | undefined, keyOf: (item: T) => K): void {
  for (const item of items ?? []) map.set(keyOf(item), item);
}

function isStale(state: AgentState | undefined, next: AgentState | undefined): boolean {
  return state !== undefined && next !== undefined && next.revision !== state.revision + 1;
}

function isTooDear(days: ReadonlyMap<string, bigint>, budget: Change['budget']): boolean {
  if (budget === undefined) return false;
  const committed = days.get(budget.day);
  return committed !== undefined && committed > budget.limit - budget.amount;
}

function purchaseId({ product, generation }: Purchase): string {
  return `${product}#${generation}`;
}

/** DynamoDB takes neither more than 100 items nor one item twice. */
function assertOneTransaction(change: Change): void {
  const keys = [
    ...keysOf('DEAL', change.deals, ({ taskId }) => taskId),
    ...keysOf('PURCHASE', change.purchases, purchaseId),
    ...keysOf('INTENT', change.intents, ({ id }) => id),
    ...keysOf('INTENT', change.done, (id) => id),
    ...keysOf('PEER', change.peers, ({ wallet }) => wallet),
    ...keysOf('X402', change.payments, openPaymentId),
    ...keysOf('X402', change.closedPayments, openPaymentId),
    ...keysOf('LEDGER', change.entries, ({ id }) => id),
    ...((change.entries ?? []).length > 0 ? ['BALANCES'] : []),
  ];
  const single = [change.beat, change.state, change.budget].filter((item) => item !== undefined);
  const count = 1 + single.length + keys.length;
  if (count > MAX_ITEMS || new Set(keys).size < keys.length)
    throw new Error(`A transaction of ${count} items: at most ${MAX_ITEMS}, none twice.`);
}

function keysOf<T>(
  kind: string,
  items: readonly T[] | undefined,
  keyOf: (item: T) => string,
): string[] {
  return (items ?? []).map((item) => `${kind}#${keyOf(item)}`);
}
