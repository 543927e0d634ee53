import type { TxHash } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { agentOf } from '#contract/roster.ts';
import { type OpenPayment, openPaymentId } from '#contract/x402.ts';
import { givenBack, promisedDirectly } from '#core/heartbeat/payments.ts';
import { refuseAmount } from '#core/money/gate.ts';
import { paymentEntry } from '#core/money/ledger.ts';
import type { Agents, Change, Lease } from '#core/ports/agents.ts';
import type { Chain } from '#core/ports/chain.ts';
import type { Orders, PaidOrder } from '#core/ports/orders.ts';

export interface AgentOrdersParts {
  readonly agents: Agents;
  readonly chain: Pick<Chain, 'balanceOf'>;
  readonly network: Network;
  /** Held by whoever buys: no beat of the agent runs beside it. */
  readonly lease: Lease;
  /** Of the ledger. */
  readonly account: `expense:${string}`;
  readonly now: () => Date;
}

/** An agent's purchases over direct doors: through the money gate, under its lease, in its own book. */
export class AgentOrders implements Orders {
  readonly #parts: AgentOrdersParts;

  constructor(parts: AgentOrdersParts) {
    this.#parts = parts;
  }

  async find(url: string): Promise<PaidOrder | undefined> {
    const open = (await this.#open()).find(({ order }) => order?.url === url);
    return open?.order && { url, header: open.order.header, payment: open.payment };
  }

  async keep({ url, header, payment }: PaidOrder): Promise<'kept' | { readonly refused: string }> {
    const { network, account, now } = this.#parts;
    const at = now().toISOString();
    const agent = agentOf(this.#parts.lease.agentId);
    const because = await this.gate(payment);
    if (because !== undefined) return { refused: because };
    const budgetDay = at.slice(0, 10);
    const open: OpenPayment = {
      v: 1,
      direction: 'out',
      payment: { ...payment, network: network.caip2 },
      account,
      at,
      isBooked: false,
      order: { url, header, budgetDay },
    };
    const budget = { day: budgetDay, amount: payment.amount, limit: agent.budget.perDay };
    const verdict = await this.#parts.agents.commit(this.#parts.lease, {
      payments: [open],
      budget,
    });
    if (verdict === 'over-budget') return { refused: 'over-day-budget' };
    return must(verdict, 'kept');
  }

  async drop({ payment }: PaidOrder): Promise<void> {
    const open = await this.#find(payment);
    if (open === undefined) return;
    const agent = agentOf(this.#parts.lease.agentId);
    await this.#commit({ closedPayments: [open], budget: givenBack(agent, open) });
  }

  async done({ payment }: PaidOrder, tx: TxHash): Promise<void> {
    const open = await this.#find(payment);
    if (open === undefined) return;
    const entries = open.isBooked ? [] : [paymentEntry(open, tx, this.#parts.now().toISOString())];
    await this.#commit({ entries, closedPayments: [open] });
  }

  /** Why this much may not be paid to this payee now, in the gate's words. */
  async gate({
    from,
    to,
    amount,
  }: Pick<OpenPayment['payment'], 'from' | 'to' | 'amount'>): Promise<string | undefined> {
    const { agents, chain, network, lease, now } = this.#parts;
    const day = now().toISOString().slice(0, 10);
    const [snapshot, roster, held] = await Promise.all([
      agents.load(lease.agentId, { day, generation: undefined }),
      agents.roster(),
      chain.balanceOf(from),
    ]);
    if (!snapshot.state.isOpened) return 'ledger-not-opened';
    if (roster.get(from) !== lease.agentId) return 'not-its-wallet';
    if (to === from) return 'own-wallet';
    if (!roster.has(to)) return 'unknown-payee';
    const { committed, isHalted } = snapshot;
    const balance = held - promisedDirectly(snapshot.payments ?? []);
    const agent = agentOf(lease.agentId);
    return refuseAmount(amount, { agent, network, self: from, balance, committed, isHalted });
  }

  async #find(payment: OpenPayment['payment']): Promise<OpenPayment | undefined> {
    const { from, nonce } = payment;
    return (await this.#open()).find((open) => openPaymentId(open) === `out#${from}#${nonce}`);
  }

  async #open(): Promise<readonly OpenPayment[]> {
    const { agents, lease, now } = this.#parts;
    const day = now().toISOString().slice(0, 10);
    const { payments = [] } = await agents.load(lease.agentId, { day, generation: undefined });
    return payments.filter(({ direction }) => direction === 'out');
  }

  async #commit(change: Change): Promise<void> {
    must(await this.#parts.agents.commit(this.#parts.lease, change), 'kept');
  }
}

function must<T>(verdict: Awaited<ReturnType<Agents['commit']>>, value: T): T {
  if (verdict === 'committed') return value;
  throw new Error(`The agent's book was not written (${verdict}): its lease ran out. Try again.`);
}
