import { Transfers } from '#adapters/x402/transfers.ts';
import type { Address, AgentId, TxHash } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import type { X402Payment } from '#contract/x402.ts';
import { type MoveRefusal, refuseMove } from '#core/money/moving.ts';
import type { Lease } from '#core/ports/agents.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import type { Held } from '../keys.ts';
import { withLease } from '../lease.ts';
import { type Site, type Stores, storesOf } from '../site.ts';

/** What a move did, or would do; amounts in decimal USDC. */
export interface Moved {
  readonly agent: AgentId;
  readonly from: Address;
  readonly to: Address;
  readonly usdc: string;
  readonly status: 'moved' | 'would-move' | 'nothing-to-move';
  readonly tx?: TxHash;
}

export interface MoveOrder {
  readonly agent: AgentId;
  readonly from: Held;
  readonly to: Address;
  /** How it looks from the agent; `within`: from its old wallet to its new one. */
  readonly direction: 'in' | 'out' | 'within';
  /** Of what is on chain, in micro-USDC: how much is to move. Zero and less: nothing. */
  readonly amountOf: (balances: { readonly from: bigint; readonly to: bigint }) => bigint;
}

export interface MoveTerms {
  readonly payees: ReadonlySet<Address>;
  readonly isMainnetMeant: boolean;
  readonly isDry: boolean;
}

const WORDS: Readonly<Record<MoveRefusal, string>> = {
  mainnet: 'money is real there: say --mainnet, and set VIVA_MAINNET to the name of the network',
  'not-an-amount': 'that is no amount',
  'own-wallet': 'both are the same wallet',
  'unknown-payee': 'the receiver is no wallet of this stage: name it with --to',
  'not-enough': 'it holds less: put USDC there first',
};

/**
 * Moves USDC once, however often it is asked. An agent that keeps books has the move in them as an open payment before anything is sent: its
 * next beat asks the chain and books it. @throws CannotStart with a sentence when the gate refuses or nobody knows the outcome
 */
export async function moveUsdc(site: Site, order: MoveOrder, terms: MoveTerms): Promise<Moved> {
  const look = await lookAt(site, order, terms);
  if (look.amount <= 0n) return told(order, look.amount, 'nothing-to-move');
  if (terms.isDry) return told(order, look.amount, 'would-move');
  const stores = await storesOf(site).catch((error: unknown) => {
    // before the first deployment nobody keeps books
    if (error instanceof CannotStart && error.message.includes('is not deployed')) return undefined;
    throw error;
  });
  if (stores === undefined) return carryOut(site, order, { amount: look.amount });
  return withLease({ agents: stores.agents, agent: order.agent }, async (lease) => {
    // meanwhile somebody else may have moved it
    const { amount } = await lookAt(site, order, terms);
    if (amount <= 0n) return told(order, 0n, 'nothing-to-move');
    return carryOut(site, order, { amount, book: { stores, lease } });
  });
}

async function lookAt({ chain, network }: Site, order: MoveOrder, terms: MoveTerms) {
  const from = order.from.address;
  const [held, there] = await Promise.all([chain.balanceOf(from), chain.balanceOf(order.to)]);
  const amount = order.amountOf({ from: held, to: there });
  if (amount <= 0n) return { amount };
  const { payees, isMainnetMeant } = terms;
  const refusal = refuseMove(
    { from, to: order.to, amount },
    { network, payees, isMainnetMeant, balance: held },
  );
  if (refusal !== undefined)
    throw new CannotStart(
      `${formatUsdc(amount)} USDC of ${from} (${formatUsdc(held)} USDC) do not go to ${order.to} on ${network.name}: ${WORDS[refusal]}.`,
    );
  return { amount };
}

interface Book {
  readonly stores: Stores;
  readonly lease: Lease;
}

async function carryOut(
  site: Site,
  order: MoveOrder,
  { amount, book }: { readonly amount: bigint; readonly book?: Book },
): Promise<Moved> {
  const { facilitatorUrl } = await facilitatorOf(site);
  const transfers = new Transfers(site.chain, facilitatorUrl, () => new Date());
  const move = { from: order.from.address, to: order.to, amount };
  const planned = await transfers.plan(move);
  const payment = book === undefined ? planned : await intended(book, planned, order.direction);
  const sent = await transfers.send(payment, order.from.key);
  if (sent.kind === 'moved') return { ...told(order, payment.amount, 'moved'), tx: sent.tx };
  throw new CannotStart(
    `${formatUsdc(payment.amount)} USDC from ${payment.from} to ${payment.to} are not seen on chain (${sent.reason}): run it again, it moves once.`,
  );
}

async function facilitatorOf(site: Site): Promise<{ readonly facilitatorUrl: string }> {
  const { market } = site.stage;
  return market.kind === 'other' ? market : site.place();
}

/** Written before anything is sent; an earlier try that may still be carried out is sent again as it was. */
async function intended(
  { stores: { agents }, lease }: Book,
  planned: X402Payment,
  direction: MoveOrder['direction'],
): Promise<X402Payment> {
  const at = new Date().toISOString();
  const view = { day: at.slice(0, 10), generation: undefined };
  const { state, payments = [] } = await agents.load(lease.agentId, view);
  // what moves before an agent opens its ledger is in the balance that it opens with
  if (!state.isOpened) return planned;
  const earlier = payments.find(({ payment }) => payment.nonce === planned.nonce)?.payment;
  const isAlive = earlier !== undefined && earlier.validBefore * 1000 > Date.now();
  const payment = isAlive ? earlier : planned;
  const directions = direction === 'within' ? (['out', 'in'] as const) : [direction];
  const commit = await agents.commit(lease, {
    payments: directions.map((one) => ({
      v: 1,
      direction: one,
      payment,
      account: 'equity:owner',
      at,
      isBooked: false,
    })),
  });
  if (commit !== 'committed')
    throw new CannotStart(`The books of ${lease.agentId} were not written: run it again.`);
  return payment;
}

function told({ agent, from, to }: MoveOrder, amount: bigint, status: Moved['status']): Moved {
  const usdc = formatUsdc(amount > 0n ? amount : 0n);
  return { agent, from: from.address, to, usdc, status };
}
