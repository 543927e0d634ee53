import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentState } from '#contract/agent-state.ts';
import { splitBounty } from '#contract/money.ts';
import { PRODUCTS } from '#contract/products.ts';
import { agentOf } from '#contract/roster.ts';
import { shelve } from '#core/heartbeat/effects/seller.ts';
import { isInDemand, salesWorthBuyingFor } from '#core/market/demand.ts';
import {
  costPerSale,
  expectedSales,
  made,
  priceFloor,
  sold,
  withFee,
} from '#core/market/history.ts';
import {
  AT,
  anAgentState,
  aSnapshot,
  aTask,
  GENERATION,
  NOW,
  taskId,
  walletOf,
} from '../../support/builders.ts';
import { decided, owned, SOUL } from '../heartbeat/deciding.ts';

const agent = agentOf(SOUL);
const product = 'soul_profiles';
const WEEK = 7 * 86_400_000;

/** Versions sold this often, the oldest first. */
function having(sales: readonly number[], madeAt = AT): AgentState {
  return sales.reduce((state, count, n) => {
    const version = `v${n}`;
    const after = made(state, { product, version, madeAt, perSale: 45_000n });
    return Array.from({ length: count }).reduce<AgentState>(
      (one) => sold(one, { product, version }, madeAt),
      after,
    );
  }, anAgentState());
}

const asking = (count: number, over: Parameters<typeof aTask>[0] = {}) =>
  Array.from({ length: count }, (_, n) =>
    aTask({
      ...{ id: taskId(n + 1), bounty: PRODUCTS[product].price },
      publisher: walletOf(agentOf(['kk-validator', 'kk-juanjumagalp', 'kk-coordinator'][n]!).id),
      ...{ skills: [product, `corpus:${GENERATION}`], ...over },
    }),
  );

describe('expected sales', () => {
  it.each([
    ['nothing is known: the roster says two', [], 2],
    ['one version is known', [3], 2.25],
    ['four are known: the roster says nothing any more', [1, 0, 0, 0], 0.25],
    ['more are known: the last four tell', [9, 1, 1, 1, 1], 1],
  ])('when %s', (_when, sales, expected) => {
    expect(expectedSales(product, { agent, state: having(sales), now: NOW })).toBe(expected);
  });

  it('are the roster’s again when all that is known is more than a week old', () => {
    const now = new Date(NOW.getTime() + WEEK + 1);
    expect(expectedSales(product, { agent, state: having([0, 0, 0, 0]), now })).toBe(2);
  });
});

describe('a history', () => {
  it('stays short, counts the version that was sold, and takes a version once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), (sales) => {
        const state = having(sales);
        const versions = state.sales?.[product]?.versions ?? [];
        expect(versions.map((one) => one.sold)).toEqual(sales.slice(-5));
        const last = versions.at(-1);
        if (last) expect(made(state, { product, ...last })).toBe(state);
      }),
    );
  });
});

describe('inputs', () => {
  const worth = (state: AgentState, requests = asking(0)) =>
    salesWorthBuyingFor(GENERATION, { agent, state, requests, now: NOW });

  const aa = [product, 'corpus:00000000000000aa'];
  const [once, never] = [having([1, 1, 1, 1]), having([0, 0, 0, 0])];

  it.each([
    { when: 'what the roster expects pays', state: having([]), sales: 2 },
    { when: 'what was sold does not pay', state: once },
    { when: 'nothing was sold at all', state: never },
    { when: 'as many ask as it takes', state: once, requests: asking(3), sales: 3 },
    { when: 'too few ask', state: once, requests: asking(1) },
    { when: 'they ask for less than its price', state: never, requests: asking(3, { bounty: 1n }) },
    { when: 'they ask for another corpus', state: never, requests: asking(3, { skills: aa }) },
    {
      when: 'one asks three times',
      state: never,
      requests: asking(3, { publisher: walletOf('stranger') }),
    },
  ])('are bought for $sales sales when $when', ({ state, requests = [], sales }) => {
    expect(worth(state, requests)).toBe(sales);
    const { intents } = decided(SOUL, aSnapshot({ state }), { requests });
    expect(intents.some((id) => id.startsWith('publish#'))).toBe(sales !== undefined);
  });

  it('are wanted while their product is: by the roster, by a bounty, or by a sale of the last week', () => {
    const signs = { agent: agentOf('kk-karma-hello'), requests: [], now: NOW };
    const [request] = asking(1, { skills: ['user_stats'] });
    const state = sold(anAgentState(), { product: 'user_stats', version: 'v' }, AT);
    const none = { ...signs, state: anAgentState() };
    expect(isInDemand('raw_logs', none)).toBe(true);
    expect(isInDemand('user_stats', none)).toBe(false);
    expect(isInDemand('user_stats', { ...none, requests: [request!] })).toBe(true);
    expect(isInDemand('user_stats', { ...signs, state })).toBe(true);
    const late = new Date(NOW.getTime() + WEEK + 1);
    expect(isInDemand('user_stats', { ...signs, state, now: late })).toBe(false);
  });
});

describe('a price floor', () => {
  const micro = fc.bigInt({ min: 0n, max: 10n ** 12n });

  it('leaves what a sale must bring after the fee, and not a unit more than that takes', () => {
    fc.assert(
      fc.property(micro, (net) => {
        const least = withFee(net);
        expect(splitBounty(least).net >= net).toBe(true);
        expect(net === 0n || splitBounty(least - 1n).net < net).toBe(true);
      }),
    );
  });

  it('pays for the inputs once the expected sales are made', () => {
    fc.assert(
      fc.property(micro, fc.integer({ min: 1, max: 400 }), (cost, quarters) => {
        const perSale = costPerSale(cost, quarters / 4)!;
        expect(perSale * BigInt(quarters) >= cost * 4n).toBe(true);
      }),
    );
  });

  it('is on the tag of the direct door, where it is above the list price', async () => {
    const tags: bigint[] = [];
    const shelved = (perSale: bigint) =>
      shelve({
        agent,
        intent: { subject: `${product}#v` },
        snapshot: aSnapshot({
          state: made(anAgentState(), { product, version: 'v', madeAt: AT, perSale }),
        }),
        hands: {
          goods: { shelve: (_: unknown, { price }: { price: bigint }) => void tags.push(price) },
        },
      } as unknown as Parameters<typeof shelve>[0]);
    await shelved(45_000n);
    await shelved(90_000n);
    expect(tags).toEqual([PRODUCTS[product].price, withFee(90_000n)]);
  });

  it('is never sold under: no bounty below it is applied for', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 300_000n }),
        fc.bigInt({ min: 1n, max: 300_000n }),
        (perSale, bounty) => {
          const stock = { [product]: { generation: GENERATION, version: 'v', records: 100 } };
          const cycle = { generation: GENERATION, startedAt: AT };
          const state = made(anAgentState({ stock, cycle }), {
            product,
            version: 'v',
            madeAt: AT,
            perSale,
          });
          const snapshot = aSnapshot({ state, purchases: owned(...agent.wants) });
          const { intents } = decided(SOUL, snapshot, { requests: asking(1, { bounty }) });
          const applies = intents.some((id) => id.startsWith('apply#'));
          const pays = bounty >= PRODUCTS[product].price && splitBounty(bounty).net >= perSale;
          expect(
            applies ? pays : !pays || bounty < priceFloor(state, { product, version: 'v' }),
          ).toBe(true);
        },
      ),
    );
  });
});
