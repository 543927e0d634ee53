import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentOf } from '#contract/roster.ts';
import { type Purse, refuse, refuseAmount, type Spend } from '#core/money/gate.ts';
import { BUYER, network, SELLER, walletOf } from '../../support/builders.ts';

const agent = agentOf(BUYER);
const { perDay, perDeal, reserve } = agent.budget;
const foreign = walletOf('stranger');

function aSpend(over: Partial<Spend> = {}): Spend {
  return {
    amount: 10_000n,
    payee: walletOf(SELLER),
    operator: network.operator,
    token: network.usdc,
    collector: network.tokenCollector,
    ...over,
  };
}

function aPurse(over: Partial<Purse> = {}): Purse {
  return {
    agent,
    network,
    self: walletOf(BUYER),
    balance: 10_000_000n,
    committed: 0n,
    isHalted: false,
    payees: new Set([walletOf(SELLER), walletOf(BUYER)]),
    ...over,
  };
}

describe('the gate', () => {
  it.each([
    [undefined, {}, {}],
    ['halted', {}, { isHalted: true }],
    ['not-an-amount', { amount: 0n }, {}],
    ['not-an-amount', { amount: -1n }, {}],
    [undefined, { amount: perDeal }, {}],
    ['over-deal-cap', { amount: perDeal + 1n }, {}],
    [undefined, {}, { committed: perDay - 10_000n }],
    ['over-day-budget', {}, { committed: perDay - 9_999n }],
    [undefined, {}, { balance: reserve + 10_000n }],
    ['under-reserve', {}, { balance: reserve + 9_999n }],
    ['unknown-payee', { payee: foreign }, {}],
    ['own-wallet', { payee: walletOf(BUYER) }, {}],
    ['wrong-contract', { operator: foreign }, {}],
    ['wrong-contract', { token: foreign }, {}],
    ['wrong-contract', { collector: foreign }, {}],
  ])('answers %s to %o with %o', (because, spend, purse) => {
    expect(refuse(aSpend(spend), aPurse(purse))).toBe(because);
  });

  it('lets nothing past the cap, the day or the reserve, whatever comes', () => {
    const money = fc.bigInt({ min: -1_000_000n, max: 5_000_000n });
    fc.assert(
      fc.property(fc.array(money, { maxLength: 40 }), money, (amounts, purse) => {
        let [balance, committed] = [purse, 0n];
        for (const amount of amounts) {
          if (refuse(aSpend({ amount }), aPurse({ balance, committed })) !== undefined) continue;
          expect(amount).toBeGreaterThan(0n);
          expect(amount).toBeLessThanOrEqual(perDeal);
          balance -= amount;
          committed += amount;
          expect(committed).toBeLessThanOrEqual(perDay);
          expect(balance).toBeGreaterThanOrEqual(reserve);
        }
      }),
    );
  });

  it('asks the same of an amount with and without a payee', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -1n, max: 3_000_000n }), (amount) => {
        expect(refuse(aSpend({ amount }), aPurse())).toBe(refuseAmount(amount, aPurse()));
      }),
    );
  });
});
