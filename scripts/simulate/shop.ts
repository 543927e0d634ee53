import { createHash } from 'node:crypto';
import type { MemoryAgents } from '#adapters/memory/agents.ts';
import { MemorySales } from '#adapters/memory/sales.ts';
import { AgentOrders } from '#adapters/x402/agent-orders.ts';
import { type AgentId, TxHash } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import type { X402Payment } from '#contract/x402.ts';
import type { Lease } from '#core/ports/agents.ts';
import type { Orders, PaidOrder } from '#core/ports/orders.ts';
import { buyOnce, type Customer } from '#core/shop/buy-once.ts';
import { takePayment } from '#core/shop/take-payment.ts';
import { type Run, type Stage, through, throwing } from './calls.ts';
import type { SimulatedChain } from './chain.ts';

const MINUTE = 60_000;
const LEASE = 90_000;
/** What the 402 asks for. */
const VALID_SECONDS = 120;
const network = NETWORKS.local;

/** One thing that an agent wants over the direct door, until it has it or may not. */
export interface Errand {
  readonly url: string;
  readonly buyer: AgentId;
  readonly seller: AgentId;
  readonly product: Product;
  /** Of what was signed for it. */
  readonly nonces: string[];
  /** Its answer is in the buyer's hands. */
  answered: boolean;
  /** In the gate's words. */
  refused?: string;
}

export interface ShopParts {
  readonly agents: MemoryAgents;
  readonly chain: SimulatedChain;
  readonly walletOf: (agentId: AgentId) => `0x${string}`;
  readonly isFacilitatorSilent: () => boolean;
}

/** The storefront's paid door and those who buy there, outside their beats, each call meeting its fate. */
export class SimulatedShop {
  readonly errands: Errand[] = [];
  /** UTC days by nonce, as the buyers' orders name them. */
  readonly budgetDays = new Map<string, string>();
  /** A planted fault. */
  isForgetful = false;
  readonly #sales: MemorySales;
  readonly #parts: ShopParts;
  readonly #stage: Stage;
  #runs = 0;

  constructor(parts: ShopParts, stage: Stage) {
    this.#parts = parts;
    this.#stage = stage;
    this.#sales = new MemorySales(parts.agents);
  }

  /** Somebody wants something: again and again until it has it. */
  want(buyer: AgentId, product: Product): void {
    const seller = ROSTER.find(({ id, sells }) => sells.includes(product) && id !== buyer)?.id;
    if (seller === undefined) return;
    const url = `http://store.simulated/products/${seller}/${product}?errand=${this.errands.length}`;
    const errand: Errand = { url, buyer, seller, product, nonces: [], answered: false };
    this.errands.push(errand);
    this.#try(errand);
  }

  #try(errand: Errand): void {
    const { timeline, weather, note } = this.#stage;
    this.#runs += 1;
    const run: Run = { name: `${errand.buyer}/buy-${this.#runs}`, isDead: false };
    note(`${run.name} ${errand.url}`);
    this.#buy(errand, run).catch((error: unknown) => {
      note(`${run.name} threw ${error instanceof Error ? error.message : ''}`);
    });
    timeline.at(timeline.ms + weather.between(5 * MINUTE, 30 * MINUTE), async () => {
      run.isDead = true;
      if (await this.#isOpen(errand)) this.#try(errand);
    });
  }

  /** Not answered, or answered and not yet forgotten. */
  async #isOpen({ url, buyer, answered, refused }: Errand): Promise<boolean> {
    const day = this.#stage.timeline.now().toISOString().slice(0, 10);
    const { payments = [] } = await this.#parts.agents.load(buyer, { day, generation: undefined });
    const isKept = payments.some(({ order }) => order?.url === url);
    return isKept || (!answered && refused === undefined);
  }

  async #buy(errand: Errand, run: Run): Promise<void> {
    const { now } = this.#stage.timeline;
    const agents = through(
      { name: 'agents', target: this.#parts.agents, breaks: throwing },
      run,
      this.#stage,
    );
    const term = { owner: run.name, now: now(), until: new Date(now().getTime() + LEASE) };
    const lease = await agents.takeLease(errand.buyer, term);
    if (lease === undefined) return;
    try {
      const { orders, customer } = this.#customer(errand, { lease, run });
      const bought = await buyOnce(errand.url, customer);
      if (bought.kind === 'refused') errand.refused = bought.reason;
      if (bought.kind !== 'bought') return;
      errand.answered = true;
      if (bought.tx) await orders.done(bought.order, bought.tx.tx);
    } finally {
      await agents.letGo(lease);
    }
  }

  #customer(
    errand: Errand,
    { lease, run }: { readonly lease: Lease; readonly run: Run },
  ): { readonly orders: Orders; readonly customer: Customer } {
    const { agents, chain } = this.#parts;
    const { now } = this.#stage.timeline;
    const port = <T extends object>(name: string, target: T, breaks = throwing): T =>
      through({ name, target, breaks }, run, this.#stage);
    const account = `expense:${errand.product}` as const;
    const kept = new AgentOrders({
      ...{ lease, network, account, now },
      agents: port('agents', agents),
      chain: port('chain', chain),
    });
    const orders: Orders = {
      find: (url) => (this.isForgetful ? Promise.resolve(undefined) : kept.find(url)),
      drop: (order) => kept.drop(order),
      done: (order, tx) => kept.done(order, tx),
      keep: (order) => {
        this.budgetDays.set(order.payment.nonce, now().toISOString().slice(0, 10));
        return kept.keep(order);
      },
    };
    const door = port(
      'door',
      { sign: () => this.#sign(errand), send: (order: PaidOrder) => this.#serve(errand, order) },
      (reason) => ({ kind: 'unavailable', reason }),
    );
    const { sign, send } = door;
    return { orders, customer: { orders, payments: port('payments', chain), now, sign, send } };
  }

  /** The 402 of a door whose facilitator is away offers nothing. */
  #sign({ url, buyer, seller, product, nonces }: Errand): ReturnType<Customer['sign']> {
    const { walletOf, isFacilitatorSilent } = this.#parts;
    if (isFacilitatorSilent())
      return Promise.resolve({ kind: 'unavailable', reason: 'a 402 that asks for nothing' });
    const { weather, timeline } = this.#stage;
    const nonce = Array.from({ length: 8 }, () =>
      weather.between(0, 0x1_0000_0000).toString(16).padStart(8, '0'),
    ).join('');
    const payment: X402Payment = {
      ...{ network: network.caip2, asset: network.usdc },
      ...{ from: walletOf(buyer), to: walletOf(seller), amount: PRODUCTS[product].price },
      nonce: TxHash.parse(`0x${nonce}`),
      validBefore: Math.floor(timeline.ms / 1000) + VALID_SECONDS,
    };
    nonces.push(payment.nonce);
    return Promise.resolve({ url, header: nonce, payment });
  }

  async #serve({ seller, product }: Errand, { payment }: PaidOrder): ReturnType<Customer['send']> {
    const { timeline, weather } = this.#stage;
    const { chain, isFacilitatorSilent } = this.#parts;
    const away = { kind: 'unavailable', reason: 'fetch failed' } as const;
    const isAway = () => isFacilitatorSilent() || weather.strikes(0.02);
    const sha256 = createHash('sha256').update(product).digest('hex');
    const taken = await takePayment(
      {
        payment,
        goods: { product, seller, version: 'v', sha256, bytes: 1, records: 1 },
        isSigned: () => Promise.resolve(true),
        verify: () => Promise.resolve(isAway() ? away : ('valid' as const)),
        settle: () => {
          if (isAway()) return Promise.resolve(away);
          const outcome = chain.pay(payment);
          if (weather.strikes(0.02)) return Promise.resolve(away);
          return Promise.resolve(
            outcome === 'settled' ? outcome : ({ kind: 'refused', reason: outcome } as const),
          );
        },
      },
      {
        sales: this.#sales,
        payments: chain,
        now: timeline.now,
        pause: (ms) =>
          new Promise((resolve) => {
            timeline.at(timeline.ms + ms, resolve);
          }),
      },
    );
    return taken.kind === 'sold'
      ? { kind: 'served', answer: taken.sale.goods }
      : { kind: 'unavailable', reason: taken.reason };
  }
}
