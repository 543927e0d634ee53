import { MemorySales } from '#adapters/memory/sales.ts';
import { verdictIdOf } from '#adapters/x402/verdict-id.ts';
import { type Address, type AgentId, TxHash } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { type AuditOrder, VALIDATION, VALIDATOR, type Verdict } from '#contract/verdict.ts';
import type { X402Payment } from '#contract/x402.ts';
import { judge } from '#core/audit/judge.ts';
import type { Auditor } from '#core/ports/auditor.ts';
import type { AuditRequest, Audits } from '#core/ports/audits.ts';
import type { PaidOrder } from '#core/ports/orders.ts';
import type { NotBought } from '#core/shop/buy-once.ts';
import { type Order, takePayment } from '#core/shop/take-payment.ts';
import type { Stage } from './calls.ts';
import type { HandedOver } from './goods.ts';
import type { ShopParts } from './shop.ts';

/** What the 402 asks for. */
const VALID_SECONDS = 120;
const network = NETWORKS.local;

/** What the storefront knows of deliveries, and the validator of fakes. */
interface Shelf {
  readonly handedOver: readonly HandedOver[];
  readonly fakes: ReadonlySet<string>;
}

/** The paid door of the validator, its desk, and those who buy there in their beats. */
export class SimulatedAudits implements Auditor {
  readonly verdicts = new Map<string, Verdict>();
  /** Nonces of the payments signed for one delivery. */
  readonly signed = new Map<string, string[]>();
  /** UTC days by nonce, as the buyers' orders name them. */
  readonly budgetDays = new Map<string, string>();
  /** A planted fault. */
  isAsleep = false;
  readonly #sales: MemorySales;
  readonly #parts: ShopParts;
  readonly #shelf: Shelf;
  readonly #stage: Stage;

  constructor(parts: ShopParts, shelf: Shelf, stage: Stage) {
    this.#parts = parts;
    this.#shelf = shelf;
    this.#stage = stage;
    this.#sales = new MemorySales(parts.agents);
  }

  audit(order: AuditOrder, isLast: boolean): Promise<Verdict | 'unreachable'> {
    const { weather, timeline } = this.#stage;
    const known = this.verdicts.get(order.id);
    if (known) return Promise.resolve(known);
    if (this.isAsleep || (weather.strikes(0.2) && !isLast)) return Promise.resolve('unreachable');
    const detail = 'nobody in the corpus has said so';
    const verdict = judge(order, {
      checked: this.#shelf.fakes.has(order.taskId)
        ? { kind: 'bad', reason: 'made-up', detail }
        : { kind: 'good', records: order.evidence.records, score: 100 },
      oddities: [],
      current: new Map(),
      at: timeline.now().toISOString(),
    });
    this.verdicts.set(order.id, verdict);
    return Promise.resolve(verdict);
  }

  /** The door as one buyer meets it. */
  door(buyer: AgentId): Audits {
    return {
      order: (request, { maxPrice: amount, payTo }) =>
        Promise.resolve(this.#sign(request, { buyer, amount, payTo })),
      send: (order) => this.#serve(buyer, order),
      verdict: ({ payment }) => Promise.resolve(this.verdicts.get(verdictIdOf(payment))),
    };
  }

  #sign(
    { taskId, seller, sha256 }: AuditRequest,
    terms: { readonly buyer: AgentId; readonly amount: bigint; readonly payTo: Address },
  ): PaidOrder | NotBought {
    const { walletOf, isFacilitatorSilent } = this.#parts;
    if (isFacilitatorSilent())
      return { kind: 'unavailable', reason: 'a 402 that asks for nothing' };
    const { weather, timeline } = this.#stage;
    const nonce = Array.from({ length: 8 }, () =>
      weather.between(0, 0x1_0000_0000).toString(16).padStart(8, '0'),
    ).join('');
    const url = `http://store.simulated/audit?task=${taskId}&seller=${seller}&sha256=${sha256}`;
    const payment: X402Payment = {
      ...{ network: network.caip2, asset: network.usdc, nonce: TxHash.parse(`0x${nonce}`) },
      ...{ from: walletOf(terms.buyer), to: terms.payTo, amount: terms.amount },
      validBefore: Math.floor(timeline.ms / 1000) + VALID_SECONDS,
    };
    const key = `${terms.buyer} ${taskId} ${sha256}`;
    this.signed.set(key, [...(this.signed.get(key) ?? []), payment.nonce]);
    return { url, header: nonce, payment };
  }

  async #serve(buyer: AgentId, { url, payment }: PaidOrder): Promise<'ordered' | NotBought> {
    const { agents, chain, isFacilitatorSilent } = this.#parts;
    const { timeline, weather } = this.#stage;
    const { payments = [] } = await agents.load(buyer, { day: '', generation: undefined });
    const kept = payments.find((one) => one.payment.nonce === payment.nonce);
    if (kept?.order) this.budgetDays.set(payment.nonce, kept.order.budgetDay);
    const away = { kind: 'unavailable', reason: 'fetch failed' } as const;
    const isAway = () => isFacilitatorSilent() || weather.strikes(0.02);
    const settle = (): ReturnType<Order['settle']> => {
      if (isAway()) return Promise.resolve(away);
      const outcome = chain.pay(payment);
      if (weather.strikes(0.02)) return Promise.resolve(away);
      return Promise.resolve(
        outcome === 'settled' ? outcome : ({ kind: 'refused', reason: outcome } as const),
      );
    };
    const taken = await takePayment(
      {
        payment,
        goods: {
          product: VALIDATION.product,
          seller: VALIDATOR,
          order: this.#orderOf(url, payment),
        },
        isSigned: () => Promise.resolve(true),
        verify: () => Promise.resolve(isAway() ? away : 'valid'),
        settle,
      },
      {
        ...{ sales: this.#sales, payments: chain, now: timeline.now },
        pause: (ms) =>
          new Promise((resolve) => {
            timeline.at(timeline.ms + ms, resolve);
          }),
      },
    );
    return taken.kind === 'sold' ? 'ordered' : { kind: 'unavailable', reason: taken.reason };
  }

  /** As the storefront reads it off what the seller handed over last. */
  #orderOf(url: string, payment: X402Payment): AuditOrder {
    const asked = new URL(url).searchParams;
    const last = this.#shelf.handedOver.findLast(({ deal }) => deal.taskId === asked.get('task'));
    if (last === undefined) throw new Error('Nobody has handed anything over.');
    const { seller, deal, evidence } = last;
    const at = this.#stage.timeline.now().toISOString();
    return { id: verdictIdOf(payment), taskId: deal.taskId, seller, evidence, at };
  }
}
