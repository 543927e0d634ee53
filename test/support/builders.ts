import type { AgentState, Intent } from '#contract/agent-state.ts';
import type { BuyDeal, Purchase, SellDeal } from '#contract/deal.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, type AgentId, Hex, TaskId, TxHash } from '#contract/ids.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Peer } from '#contract/peer.ts';
import { type DeliveryEvidence, PRODUCTS } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import type { OpenPayment, X402Payment } from '#contract/x402.ts';
import type { World } from '#core/heartbeat/look.ts';
import type { Snapshot } from '#core/ports/agents.ts';
import type { Application, Submission, Task } from '#core/ports/market.ts';

export const network = NETWORKS.local;
export const NOW = new Date('2026-03-01T12:00:00.000Z');
export const AT = NOW.toISOString();
export const DEADLINE = new Date('2026-03-02T12:00:00.000Z');
export const GENERATION = '0123456789abcdef';

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

export function taskId(n: number): TaskId {
  return TaskId.parse(`00000000-0000-4000-8000-${hex(n, 12)}`);
}

export function txOf(n: number): TxHash {
  return TxHash.parse(`0x${hex(n, 64)}`);
}

export function saltOf(n: number): Hex {
  return Hex.parse(`0x${hex(n, 16).repeat(4)}`);
}

/** The wallet of a roster's agent, or of a stranger. */
export function walletOf(agent: AgentId | 'stranger'): Address {
  const index = ROSTER.findIndex(({ id }) => id === agent);
  return Address.parse(`0x${hex(index < 0 ? 0xbad : index + 1, 4).padStart(40, 'a')}`);
}

export const WALLETS: ReadonlyMap<Address, AgentId> = new Map(
  ROSTER.map(({ id }) => [walletOf(id), id]),
);

export function agentId(name: string): AgentId {
  const agent = ROSTER.find(({ id }) => id === name);
  if (agent === undefined) throw new Error(`No ${name} on the roster.`);
  return agent.id;
}

export const BUYER = agentId('kk-skill-extractor');
export const SELLER = agentId('kk-karma-hello');
export const EXECUTOR = 'executor-of-the-seller';

export function anAgentState(over: Partial<AgentState> = {}): AgentState {
  return { v: 1, revision: 1, isOpened: true, identity: '7', open: [], stock: {}, ...over };
}

/** State and deals of one mind, unless told otherwise. */
export function aSnapshot(over: Partial<Snapshot> = {}): Snapshot {
  const open = [...(over.deals?.keys() ?? [])];
  return {
    state: anAgentState({ open }),
    deals: new Map(),
    intents: [],
    purchases: [],
    committed: 0n,
    isHalted: false,
    ...over,
  };
}

export function anIntent(over: Partial<Intent> = {}): Intent {
  const kind = over.kind ?? 'apply';
  const subject = over.subject ?? taskId(1);
  return { v: 1, id: `${kind}#${subject}`, kind, subject, createdAt: AT, attempts: 0, ...over };
}

export function aPayment(over: Partial<PaymentInfo> = {}): PaymentInfo {
  const deadline = DEADLINE.getTime() / 1000;
  return {
    operator: network.operator,
    payer: walletOf(BUYER),
    receiver: walletOf(SELLER),
    token: network.usdc,
    maxAmount: PRODUCTS.raw_logs.price,
    preApprovalExpiry: NOW.getTime() / 1000 + 3600,
    authorizationExpiry: deadline + 7 * 86_400,
    refundExpiry: deadline + 14 * 86_400,
    minFeeBps: 0,
    maxFeeBps: 1800,
    feeReceiver: network.operator,
    salt: saltOf(1),
    ...over,
  };
}

export function someEvidence(over: Partial<DeliveryEvidence> = {}): DeliveryEvidence {
  return {
    v: 1,
    product: 'raw_logs',
    version: 'v1',
    deliveryUrl: `https://store.example/deliveries/${taskId(1)}?seller=${SELLER}`,
    sha256: 'ab'.repeat(32),
    bytes: 1,
    records: 2000,
    from: AT,
    to: AT,
    inputs: [{ product: 'corpus', version: GENERATION.padEnd(64, '0') }],
    ...over,
  };
}

/** A bounty of ours for raw_logs, with everything that any state promises but what `over` takes away. */
export function aBuyDeal(over: Partial<BuyDeal> = {}): BuyDeal {
  return {
    v: 1,
    side: 'buy',
    state: 'open',
    taskId: taskId(1),
    product: 'raw_logs',
    generation: GENERATION,
    bounty: PRODUCTS.raw_logs.price,
    openedAt: AT,
    rejections: 0,
    shunned: [],
    ...over,
  };
}

/** The same, far enough on that its terms, its lock and its seller stand. */
export function aLockedDeal(over: Partial<BuyDeal> = {}): BuyDeal {
  return aBuyDeal({
    state: 'assigned',
    seller: { wallet: walletOf(SELLER), executorId: EXECUTOR, name: SELLER },
    payment: aPayment(),
    budgetDay: AT.slice(0, 10),
    lockTx: txOf(1),
    ...over,
  });
}

export function aSellDeal(over: Partial<SellDeal> = {}): SellDeal {
  return {
    v: 1,
    side: 'sell',
    state: 'applied',
    taskId: taskId(1),
    product: 'raw_logs',
    generation: GENERATION,
    bounty: PRODUCTS.raw_logs.price,
    openedAt: AT,
    buyer: walletOf(BUYER),
    goods: 'v1',
    deliveries: 0,
    ...over,
  };
}

export function aPurchase(over: Partial<Purchase> = {}): Purchase {
  return {
    v: 1,
    product: 'raw_logs',
    generation: GENERATION,
    state: 'wanted',
    attempt: 0,
    ...over,
  };
}

/** Who once delivered what was promised. */
export function aPeer(wallet: Address): Peer {
  return {
    ...{ v: 1, wallet, seen: { first: AT, last: AT }, deals: 1, notes: ['late'] },
    interactions: [
      { at: AT, taskId: taskId(1), product: 'raw_logs', as: 'seller', outcome: 'kept' },
    ],
  };
}

export function aTask(over: Partial<Task> = {}): Task {
  return {
    id: taskId(1),
    title: '[KK Request] Raw chat logs',
    instructions: '',
    status: 'published',
    bounty: PRODUCTS.raw_logs.price,
    publisher: walletOf(BUYER),
    skills: ['raw_logs', `corpus:${GENERATION}`],
    deadline: DEADLINE,
    executorId: undefined,
    escrowTx: undefined,
    ...over,
  };
}

export function anApplication(over: Partial<Application> = {}): Application {
  return {
    id: 'application-1',
    executorId: EXECUTOR,
    wallet: walletOf(SELLER),
    status: 'pending',
    appliedAt: NOW,
    ...over,
  };
}

export function aSubmission(over: Partial<Submission> = {}): Submission {
  return {
    id: 'submission-1',
    executorId: EXECUTOR,
    verdict: 'pending',
    submittedAt: NOW,
    evidence: { json_response: someEvidence() },
    ...over,
  };
}

/** The corpus of this generation. */
export function aCorpus(generation = GENERATION): CorpusPointer {
  return {
    version: generation.padEnd(64, '0'),
    manifestKey: 'kk-karma-hello/corpus/manifest.json',
    messages: 2000,
    days: 1,
    sources: 1,
    quarantined: 0,
    revision: 1,
  };
}

export function aWorld(over: Partial<World> = {}): World {
  return {
    self: walletOf(BUYER),
    network,
    balance: 10_000_000n,
    corpus: aCorpus(),
    roster: WALLETS,
    sightings: [],
    requests: [],
    ...over,
  };
}

/** A purchase over the direct door whose end is not known. */
export function anOpenPayment(over: Partial<X402Payment> = {}): OpenPayment {
  return {
    v: 1,
    direction: 'out',
    payment: {
      ...{ network: network.caip2, asset: Address.parse(network.usdc), nonce: txOf(1) },
      ...{ from: walletOf(BUYER), to: walletOf(SELLER), amount: 10_000n },
      validBefore: NOW.getTime() / 1000 + 120,
      ...over,
    },
    account: 'expense:raw_logs',
    at: AT,
    isBooked: false,
    order: { url: 'https://store.example/products', header: 'signed', budgetDay: AT.slice(0, 10) },
  };
}
