import { BuyDeal, type Deal, SellDeal } from '#contract/deal.ts';
import { Address, type AgentId, Hex, TaskId, TxHash } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { PRODUCTS } from '#contract/products.ts';
import { ROSTER } from '#contract/roster.ts';
import { BUYING, type BuyEvents, buy } from '#core/market/buying.ts';
import { SELLING, type SellEvents, sell } from '#core/market/selling.ts';
import type { EventOf, Step } from '#core/market/step.ts';
import { drawUp } from '#core/market/vetting.ts';

const AT = '2026-03-01T00:00:00.000Z';
const wallet = Address.parse(`0x${'a'.repeat(40)}`);
const tx = TxHash.parse(`0x${'1'.repeat(64)}`);
const agent: AgentId = (ROSTER[0] ?? fail()).id;
const { price } = PRODUCTS.raw_logs;

const common = {
  v: 1,
  taskId: TaskId.parse('00000000-0000-4000-8000-000000000001'),
  product: 'raw_logs',
  generation: '0123456789abcdef',
  bounty: price,
  openedAt: AT,
} as const;
const opened: BuyDeal = { ...common, side: 'buy', state: 'open', rejections: 0, shunned: [] };
const seller = { wallet, executorId: 'executor', name: agent };
const payment = drawUp(
  opened,
  { payer: wallet, receiver: wallet, network: NETWORKS.local },
  { now: new Date(AT), deadline: new Date(AT), salt: Hex.parse('0x00') },
);
/** Everything that any state promises. */
const held = {
  seller,
  payment,
  budgetDay: AT.slice(0, 10),
  lockTx: tx,
  submissionId: 'submission',
  score: 90,
};
const evidence = {
  v: 1,
  product: 'raw_logs',
  version: 'v1',
  deliveryUrl: 'https://store.example/deliveries/1',
  sha256: 'ab'.repeat(32),
  bytes: 1,
  records: 1000,
  from: AT,
  to: AT,
  inputs: [],
} as const;

const verdict = { id: '0'.repeat(32), sha256: evidence.sha256, score: 90, reasons: [] };

const BUY_EVENTS: { readonly [K in keyof BuyEvents]: EventOf<BuyEvents, K> } = {
  chosen: { kind: 'chosen', seller, payment, budgetDay: held.budgetDay, isAudited: false },
  locked: { kind: 'locked', tx },
  'lock-refused': { kind: 'lock-refused', reason: 'refused' },
  assigned: { kind: 'assigned' },
  'assign-refused': { kind: 'assign-refused', reason: 'refused' },
  submitted: { kind: 'submitted', submissionId: 'submission', submittedAt: AT },
  good: { kind: 'good', evidence: { ...evidence, inputs: [] }, score: 90 },
  bad: { kind: 'bad', reason: 'wrong-hash' },
  verified: { kind: 'verified', verdict },
  condemned: { kind: 'condemned', verdict, reason: 'audit' },
  unaudited: { kind: 'unaudited', reason: 'no verdict yet' },
  asked: { kind: 'asked' },
  rejected: { kind: 'rejected', isFinal: true },
  paid: { kind: 'paid', tx, fee: 1n },
  refunded: { kind: 'refunded', tx },
  gone: { kind: 'gone', status: 'expired' },
  overdue: { kind: 'overdue' },
  outdated: { kind: 'outdated' },
  forsaken: { kind: 'forsaken' },
  cancelled: { kind: 'cancelled' },
  rated: { kind: 'rated' },
};

const SELL_EVENTS: { readonly [K in keyof SellEvents]: EventOf<SellEvents, K> } = {
  applied: { kind: 'applied' },
  'apply-refused': { kind: 'apply-refused', reason: 'refused' },
  won: { kind: 'won', payment, lockTx: tx },
  lost: { kind: 'lost', reason: 'another-was-chosen' },
  submitted: { kind: 'submitted', records: 1000 },
  'deliver-refused': { kind: 'deliver-refused', reason: 'refused' },
  'sent-back': { kind: 'sent-back' },
  paid: { kind: 'paid', tx, net: 1n, fee: 1n },
  rated: { kind: 'rated' },
};

/** Every event, and those whose details make a cell answer differently. */
const BUY_CASES = [
  ...Object.values(BUY_EVENTS).map((event) => [event.kind, event] as const),
  ['rejected for mending', { kind: 'rejected', isFinal: false }] as const,
];

/** Deals whose histories make a cell answer differently, and how that is said. */
const BUY_HISTORIES: readonly (readonly [string, Partial<BuyDeal>])[] = [
  ['', {}],
  ['again', { rejections: 1 }],
  ['with a reason', { because: 'expired' }],
  ['to be audited', { isAudited: true }],
];
const SELL_HISTORIES: readonly (readonly [string, Partial<SellDeal>])[] = [
  ['', { deliveries: 1 }],
  ['again', { deliveries: 2 }],
];

/** One arrow: from a state, upon events, to a state, with what is committed to. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly does: string;
  readonly upon: string[];
}

/** The page, drawn from the tables: what each cell answers is asked of the machine itself. */
export function dealsPage(): string {
  return [
    '# Deals',
    '',
    'Drawn by `node scripts/deal-diagrams.ts` from the tables in `layers/core/market`; a test holds this page to them. An arrow says what',
    'happened, and after the slash what the agent commits to do. Whatever has no arrow changes nothing.',
    '',
    '## A bounty of ours',
    '',
    ...diagram(arrows(BuyDeal.shape.state.options, buyingCells())),
    '',
    '`paid` and `refunded` are seen on the chain and overtake whatever was under way. A refund without a reason opens the bounty again for',
    'another seller; with one (`because`) it closes, and the product is wanted anew under the next idempotency key. In `stranded` money is locked',
    'for a task that the market does not know it for: the bounty is withdrawn, the product wanted anew, the money waited for.',
    '',
    'Work that fails its checks is sent back once with the reason (`ask`), and rejected with the reason when it fails again. A market that allows',
    'no more rejections for good sends it back instead, and the deadline brings the money home. Goods that stay out of reach for two hours, or',
    'until the deadline, have failed. `overdue` is four hours after the end of the escrow: whoever let it lie, the payer takes its money back',
    'by itself (`reclaim`). A purchase whose bounty failed rests for a minute before the next, then for two, four, ... and for a day after the eighth.',
    '',
    "Bounties of $0.05 and more, and one in ten of the others, drawn when the seller is chosen, are approved on the validator's signed verdict only",
    '(`order-audit` pays for it, `await-verdict` fetches it). `condemned` is rejected at once, for a fake is not mended. `unaudited` is the one',
    'exception: no verdict for two hours, and then what the buyer itself has checked is paid (docs/decisions/016).',
    '',
    '## A bounty that we applied for',
    '',
    ...diagram(arrows(SellDeal.shape.state.options, sellingCells())),
    '',
    'Goods go out only on a look at the lock that is seconds old. Work is mended once; what comes back after that waits for its end.',
    '',
  ].join('\n');
}

type Cells = (state: string) => readonly (readonly [string, Step<Deal>])[];

function buyingCells(): Cells {
  const stateOf = (name: string) => BuyDeal.shape.state.parse(name);
  return (name) => {
    const state = stateOf(name);
    return BUY_CASES.flatMap(([what, event]) =>
      BUY_HISTORIES.flatMap(([words, history]): [string, Step<Deal>][] => {
        const deal: BuyDeal = { ...opened, ...held, ...history, state };
        const step = event.kind in BUYING[state] ? buy(deal, event, AT) : undefined;
        return step ? [[said(what, words), step]] : [];
      }),
    );
  };
}

function sellingCells(): Cells {
  const stateOf = (name: string) => SellDeal.shape.state.parse(name);
  const applied = { ...common, side: 'sell', buyer: wallet, goods: 'v1', payment } as const;
  return (name) => {
    const state = stateOf(name);
    return Object.values(SELL_EVENTS).flatMap((event) =>
      SELL_HISTORIES.flatMap(([words, history]): [string, Step<Deal>][] => {
        const deal: SellDeal = { ...applied, deliveries: 0, ...history, state };
        const step = event.kind in SELLING[state] ? sell(deal, event, AT) : undefined;
        return step ? [[said(event.kind, words), step]] : [];
      }),
    );
  };
}

function said(event: string, words: string): string {
  return words === '' ? event : `${event} ${words}`;
}

function arrows(states: readonly string[], cells: Cells): Arrow[] {
  const found = new Map<string, Arrow>();
  for (const from of states) {
    for (const [event, { deal, intents = [] }] of cells(from)) {
      const does = intents.join(', ');
      const key = `${from} ${deal.state} ${does}`;
      const arrow = found.get(key) ?? { from, to: deal.state, does, upon: [] };
      // a history is worth a word only where it leads elsewhere
      if (!arrow.upon.some((said) => event.startsWith(said))) arrow.upon.push(event);
      found.set(key, arrow);
    }
  }
  return [...found.values()];
}

function diagram(all: readonly Arrow[]): string[] {
  const ends = all.map(({ to }) => to).filter((to) => !all.some(({ from }) => from === to));
  const [first] = all;
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${first?.from ?? ''}`,
    ...all.map(
      ({ from, to, upon, does }) =>
        `  ${from} --> ${to}: ${upon.join(', ')}${does === '' ? '' : ` / ${does}`}`,
    ),
    ...[...new Set(ends)].map((end) => `  ${end} --> [*]`),
    '```',
  ];
}

function fail(): never {
  throw new Error('Nobody is on the roster.');
}
