import type { Book } from '#adapters/dynamodb/books.ts';
import { BuyDeal, SellDeal } from '#contract/deal.ts';
import { Address, AgentId, TaskId, TxHash } from '#contract/ids.ts';
import { ROSTER } from '#contract/roster.ts';
import { boughtEntry, earnedEntry, lockedEntry, openingEntry } from '#core/money/ledger.ts';
import type { Library } from '../../../scripts/local/economy/progress.ts';

export const TASK = TaskId.parse('11111111-2222-4333-8444-555555555555');
export const BUYER = AgentId.parse('kk-juanjumagalp');
export const SELLER = AgentId.parse('kk-karma-hello');
const LOCK = TxHash.parse(`0x${'a'.repeat(64)}`);
const RELEASE = TxHash.parse(`0x${'b'.repeat(64)}`);
const WALLET = Address.parse(`0x${'1'.repeat(40)}`);
const common = { v: 1, taskId: TASK, product: 'raw_logs', generation: '0123456789abcdef' } as const;

const bought = BuyDeal.parse({
  ...common,
  side: 'buy',
  bounty: '10000',
  fee: '1300',
  openedAt: '2026-01-01T00:00:00.000Z',
  lockTx: LOCK,
  releaseTx: RELEASE,
  state: 'settled',
  seller: { wallet: WALLET, executorId: 'e1', name: SELLER },
  rejections: 0,
  shunned: [],
});

export const sold = SellDeal.parse({
  ...common,
  side: 'sell',
  bounty: '10000',
  openedAt: '2026-01-01T00:00:05.000Z',
  state: 'delivered',
  buyer: WALLET,
  goods: 'v1',
  deliveries: 1,
});

const EMPTY: Book = {
  state: undefined,
  deals: [],
  purchases: [],
  peers: [],
  intents: [],
  entries: [],
};

/** The whole roster, two of whom have made one deal. */
export const library: Library = new Map(
  ROSTER.map(({ id }): [AgentId, Book] => {
    const at = '2026-01-01T00:00:00.000Z';
    const opening = openingEntry(5_000_000n, at);
    if (id === BUYER)
      return [
        id,
        {
          ...EMPTY,
          deals: [bought],
          entries: [
            opening,
            lockedEntry(bought, LOCK, '2026-01-01T00:00:01.000Z'),
            boughtEntry(bought, RELEASE, '2026-01-01T00:00:09.000Z'),
          ],
        },
      ];
    if (id === SELLER) {
      const paid = { tx: RELEASE, net: 8_700n, fee: 1_300n };
      const intent = { v: 1, kind: 'rate-buyer', createdAt: at, attempts: 0 } as const;
      return [
        id,
        {
          ...EMPTY,
          deals: [sold],
          intents: [{ ...intent, id: `rate-buyer#${TASK}`, subject: TASK }],
          entries: [opening, earnedEntry(sold, paid, '2026-01-01T00:00:10.000Z')],
        },
      ];
    }
    return [id, { ...EMPTY, entries: [opening] }];
  }),
);
