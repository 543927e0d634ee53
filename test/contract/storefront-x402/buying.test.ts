import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { x402Client } from '@x402/core/client';
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from '@x402/core/http';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoSales } from '#adapters/dynamodb/sales.ts';
import { AgentOrders } from '#adapters/x402/agent-orders.ts';
import { Buyer } from '#adapters/x402/buyer.ts';
import { Till } from '#adapters/x402/till.ts';
import { type AgentId, AgentId as Id } from '#contract/ids.ts';
import { agentOf } from '#contract/roster.ts';
import { apply, complete } from '#core/heartbeat/change.ts';
import { bookPayment, sightPayments } from '#core/heartbeat/payments.ts';
import { balances, openingEntry } from '#core/money/ledger.ts';
import type { Purchase } from '#core/shop/buy-once.ts';
import { takePayment } from '#core/shop/take-payment.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { walletOf } from '../chain/house.ts';
import { openShop, SELLER } from './shop.ts';

const PRICE = 10_000n;
const BUYER = Id.parse('kk-juanjumagalp');
const signer = privateKeyToAccount(devPrivateKey(6));
let shop: Awaited<ReturnType<typeof openShop>>;
let skew = 0;
const now = () => new Date(Date.now() + skew);

beforeAll(async () => {
  shop = await openShop();
  for (const [id, index] of [
    [BUYER, 6],
    [SELLER, 1],
  ] as const) {
    const balance = await shop.house.chain.balanceOf(walletOf(index).address);
    await underLease(id, async (lease) => {
      const { state } = await shop.agents.load(id, { day: '2026-11-21', generation: undefined });
      await shop.agents.commit(lease, {
        state: { ...state, isOpened: true, revision: state.revision + 1 },
        entries: [openingEntry(balance, now().toISOString())],
      });
    });
  }
});
afterAll(() => shop.close());
beforeEach(() => {
  skew = 0;
  Object.assign(shop.facilitator.state, {
    isDown: false,
    losesAnswers: false,
    settlements: 0,
    refuses: '-',
  });
});

type Lease = NonNullable<Awaited<ReturnType<typeof shop.agents.takeLease>>>;

async function underLease<T>(id: AgentId, work: (lease: Lease) => Promise<T>): Promise<T> {
  const term = { owner: randomUUID(), now: now(), until: new Date(now().getTime() + 60_000) };
  const lease = await shop.agents.takeLease(id, term);
  if (!lease) throw new Error('busy');
  try {
    return await work(lease);
  } finally {
    await shop.agents.letGo(lease);
  }
}

/** Throws at its nth call, before or after it was done: what a kill looks like from outside. */
function killer(at: number, when: 'before' | 'after') {
  let calls = 0;
  return <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          const isIt = ++calls === at;
          if (isIt && when === 'before') throw new Error('killed');
          const result: unknown = await (member as (...given: unknown[]) => unknown).apply(
            target,
            args,
          );
          if (isIt) throw new Error('killed');
          return result;
        };
      },
    });
}
const unharmed = <T extends object>(port: T): T => port;

function buy(wrap = unharmed, over: { hosts?: string[]; max?: bigint } = {}): Promise<Purchase> {
  return underLease(BUYER, async (lease) => {
    const { chain } = shop.house;
    const { agents, network } = shop;
    const account = 'expense:raw_logs' as const;
    const orders = wrap(new AgentOrders({ agents, chain, network, lease, account, now }));
    const buyer = new Buyer({
      signer,
      network,
      hosts: over.hosts ?? [new URL(shop.url).host],
    });
    const book = { orders, payments: wrap(shop.payments), now };
    const bought = await buyer.buy(shop.doorUrl, over.max ?? PRICE, book);
    if (bought.kind === 'bought' && bought.tx) await orders.done(bought.order, bought.tx.tx);
    return bought;
  });
}

/** What a beat does with open payments. */
function beat(id: AgentId): Promise<void> {
  return underLease(id, async (lease) => {
    let snapshot = await shop.agents.load(id, { day: '2026-11-21', generation: undefined });
    for (const sighting of await sightPayments(snapshot.payments, shop.payments)) {
      const booked = bookPayment({ agent: agentOf(id), state: snapshot.state }, sighting, now());
      if (booked === undefined) continue;
      const change = complete(snapshot, booked);
      expect(await shop.agents.commit(lease, change)).toBe('committed');
      snapshot = apply(snapshot, change);
    }
  });
}

async function wallet(id: AgentId, index: number) {
  const { entries } = await shop.books.of(id);
  return {
    chain: await shop.house.chain.balanceOf(walletOf(index).address),
    ledger: balances(entries).get('wallet'),
  };
}
const openOf = async (id: AgentId) =>
  (await shop.agents.load(id, { day: '2026-11-21', generation: undefined })).payments ?? [];

async function expectBooksOf(id: AgentId, index: number) {
  await beat(id);
  const { chain, ledger } = await wallet(id, index);
  expect(ledger).toBe(chain);
}

async function expectBooksEqualChain() {
  await expectBooksOf(SELLER, 1);
  await expectBooksOf(BUYER, 6);
}

describe('buyer', () => {
  it('buys once, and both books say what the chain says', async () => {
    const before = await wallet(BUYER, 6);

    const bought = await buy();

    expect(bought).toMatchObject({
      kind: 'bought',
      answer: { product: 'raw_logs', records: 1234 },
    });
    expect((await wallet(BUYER, 6)).chain).toBe(before.chain - PRICE);
    await expectBooksEqualChain();
    expect(await openOf(BUYER)).toEqual([]);
    expect(await openOf(SELLER)).toEqual([]);
    await beat(SELLER);
    await expectBooksEqualChain();
  });

  it('refuses before it signs: a foreign host, a price too high, an offer of another kind', async () => {
    expect(await buy(unharmed, { hosts: ['example.org'] })).toEqual({
      kind: 'refused',
      reason: 'host-not-allowed',
    });
    expect(await buy(unharmed, { max: PRICE - 1n })).toEqual({
      kind: 'refused',
      reason: 'over-max-price',
    });
    expect(await openOf(BUYER)).toEqual([]);
  });

  it('calls an outage unavailable, keeps what it signed, and sends the same later', async () => {
    const before = await wallet(BUYER, 6);
    shop.facilitator.state.isDown = true;

    expect(await buy()).toMatchObject({ kind: 'unavailable' });
    const [open] = await openOf(BUYER);
    expect(await buy()).toMatchObject({ kind: 'unavailable' });
    expect(await openOf(BUYER)).toEqual([open]);

    shop.facilitator.state.isDown = false;
    expect(await buy()).toMatchObject({ kind: 'bought', order: { payment: open!.payment } });
    expect((await wallet(BUYER, 6)).chain).toBe(before.chain - PRICE);
    await expectBooksEqualChain();
  });

  it('signs anew only when the old one is unused and over, and gives its reserve back', async () => {
    const before = await wallet(BUYER, 6);
    shop.facilitator.state.isDown = true;
    await buy();
    const [old] = await openOf(BUYER);
    shop.facilitator.state.isDown = false;
    shop.facilitator.state.refuses = old!.payment.nonce;
    skew = (old!.payment.validBefore + 121) * 1000 - Date.now();

    expect(await buy()).toMatchObject({ kind: 'bought' });

    skew = 0;
    expect(await openOf(BUYER)).toEqual([]);
    expect(await shop.payments.paymentOf(old!.payment)).toBeUndefined();
    expect((await wallet(BUYER, 6)).chain).toBe(before.chain - PRICE);
    const day = new Date().toISOString().slice(0, 10);
    const { committed } = await shop.agents.load(BUYER, { day, generation: undefined });
    expect(committed % PRICE).toBe(0n);
    await expectBooksEqualChain();
  });
});

describe('killed between any two steps', () => {
  it.each(
    Array.from({ length: 4 }, (_, n) => n + 1).flatMap((n) =>
      (['before', 'after'] as const).map((when) => [n, when] as const),
    ),
  )('the buyer, at call %i, %s it: pays once', async (n, when) => {
    const before = await wallet(BUYER, 6);
    await buy(killer(n, when)).catch(() => undefined);
    await expectBooksEqualChain();
    const isOver =
      (await openOf(BUYER)).length === 0 && (await wallet(BUYER, 6)).chain < before.chain;
    if (!isOver) expect(await buy()).toMatchObject({ kind: 'bought' });

    expect((await wallet(BUYER, 6)).chain).toBe(before.chain - PRICE);
    await expectBooksEqualChain();
    expect(await openOf(BUYER)).toEqual([]);
  });

  it.each(
    Array.from({ length: 10 }, (_, n) => n + 1).flatMap((n) =>
      (['before', 'after'] as const).map((when) => [n, when] as const),
    ),
  )('the storefront, at call %i, %s it: settles once, books once', async (n, when) => {
    const before = await wallet(SELLER, 1);
    const { network } = shop;
    const till = new Till(network, shop.facilitator.url);
    const offer = {
      url: shop.doorUrl,
      description: '',
      payTo: walletOf(1).address,
      price: PRICE,
      extensions: {},
      shown: {},
    };
    const required = decodePaymentRequiredHeader(
      (await till.demand(offer)).headers.get('payment-required') ?? '',
    );
    const client = new x402Client().register(network.caip2, new ExactEvmScheme(signer));
    const header = encodePaymentSignatureHeader(await client.createPaymentPayload(required));
    const { product, version, sha256, bytes, records } = shop.manifest;
    const goods = { seller: SELLER, product, version, sha256, bytes, records };
    const take = async (wrap = unharmed) => {
      const order = await till.read(offer, header);
      if (typeof order === 'string') throw new Error(order);
      const counter = {
        sales: wrap(new DynamoSales(shop.dynamo, shop.table)),
        payments: wrap(shop.payments),
        now,
        pause: (ms: number) => sleep(ms),
      };
      return takePayment(wrap({ ...order, goods }), counter);
    };

    await take(killer(n, when)).catch(() => undefined);
    await expectBooksOf(SELLER, 1);
    skew = 26_000; // a claim of the dead is over by then
    const taken = await take();

    expect(taken).toMatchObject({ kind: 'sold', sale: { goods } });
    expect(await take()).toEqual(taken);
    expect((await wallet(SELLER, 1)).chain).toBe(before.chain + PRICE);
    await expectBooksOf(SELLER, 1);
    await expectBooksOf(SELLER, 1);
  });
});
