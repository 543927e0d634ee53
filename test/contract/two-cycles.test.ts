import { describe, expect, it } from 'vitest';
import { MemoryAgents } from '#adapters/memory/agents.ts';
import type { AgentId } from '#contract/ids.ts';
import { PRODUCTS, type Product } from '#contract/products.ts';
import { agentOf, ROSTER } from '#contract/roster.ts';
import { VALIDATION } from '#contract/verdict.ts';
import { requestFor } from '#core/market/request.ts';
import { balances } from '#core/money/ledger.ts';
import { agentId, GENERATION, someEvidence, txOf, walletOf } from '../support/builders.ts';
import { aDirectSale } from '../support/direct-sale.ts';
import { PaperEconomy } from '../support/paper-economy.ts';

const [SKILL, VOICE, SOUL, CONSUMER] = (
  ['kk-skill-extractor', 'kk-voice-extractor', 'kk-soul-extractor', 'kk-juanjumagalp'] as const
).map(agentId) as [AgentId, AgentId, AgentId, AgentId];
const GROWN = 'fedcba9876543210';
/** What souls are made of, in micro-USDC: skill profiles with their audit, and voice profiles. */
const INPUTS = 50_000n + VALIDATION.price + 40_000n;
const TEN_MINUTES = 600_000;
const DAY = 86_400_000;

async function anEconomy(agents = new MemoryAgents()): Promise<PaperEconomy> {
  const economy = await PaperEconomy.open({ agents });
  economy.verdict = ({ product, generation }) => {
    const wants = ROSTER.find(({ sells }) => sells.includes(product))?.wants ?? [];
    const inputs =
      wants.length === 0
        ? [{ product: 'corpus', version: generation.padEnd(64, '0') }]
        : wants.map((name) => ({ product: name, version: `v-${generation}` }));
    const version = `v-${generation}`;
    return { kind: 'good', score: 95, evidence: someEvidence({ product, version, inputs }) };
  };
  return economy;
}

/** Everybody beats in turn until the consumer has all of this corpus and nobody has anything under way. */
async function cycle(economy: PaperEconomy): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    economy.skip(TEN_MINUTES);
    for (const { id } of ROSTER) await economy.beat(id, { early: true });
    const books = await Promise.all(ROSTER.map(({ id }) => economy.agents.book(id)));
    const isQuiet = books.every(({ state, intents }) => !state?.open.length && !intents.length);
    const { purchases } = await economy.agents.book(CONSUMER);
    const has = (product: Product) =>
      purchases.some((one) => one.product === product && isOf(economy, one));
    if (isQuiet && agentOf(CONSUMER).wants.every(has)) return;
  }
  throw new Error('The cycle does not come to its end.');
}

function isOf(economy: PaperEconomy, one: { generation: string; state: string }): boolean {
  return one.generation === economy.generation && one.state === 'bought';
}

/** Two who are not of the roster buy a soul over the direct door. */
async function sellDirectly(
  economy: PaperEconomy,
  agents: MemoryAgents,
  nonces: readonly number[],
): Promise<void> {
  const { state } = await economy.agents.book(SOUL);
  for (const nonce of nonces) {
    const sale = aDirectSale(SOUL, { product: 'soul_profiles', state, nonce });
    agents.tell(SOUL, sale);
    economy.chain.fund(sale.payment.to, sale.payment.amount);
    economy.paid.set(sale.payment.nonce, txOf(nonce));
    // told twice, as a queue may: it is one sale
    agents.tell(SOUL, sale);
  }
  for (let n = 0; n < 2; n += 1) await economy.beat(SOUL, { early: true });
}

async function bought(economy: PaperEconomy, id: AgentId): Promise<string[]> {
  const { purchases } = await economy.agents.book(id);
  return purchases.map(({ product, generation }) => `${product} ${generation.slice(0, 4)}`).sort();
}

/** Micro-USDC in minus out, fees included. */
async function profit({ agents }: PaperEconomy, id: AgentId): Promise<bigint> {
  const { entries } = await agents.book(id);
  return [...balances(entries)]
    .filter(([account]) => /^(income|expense|fees):/.test(account))
    .reduce((sum, [, amount]) => sum - amount, 0n);
}

describe('the supply chain, run twice with a grown corpus', () => {
  it('buys what is new once, and nothing else; souls pay with three buyers', async () => {
    const agents = new MemoryAgents();
    const economy = await anEconomy(agents);
    await cycle(economy);
    expect(await profit(economy, SOUL)).toBe(69_600n - INPUTS);
    await sellDirectly(economy, agents, [901, 902]);
    const { soul_profiles: soul } = PRODUCTS;
    expect(await profit(economy, SOUL)).toBe(69_600n + 2n * soul.price - INPUTS);

    // nothing has changed: nobody needs anything
    const before = economy.market.entries.size;
    for (const { id } of ROSTER) await economy.beat(id, { early: true });
    expect(economy.market.entries.size).toBe(before);

    economy.generation = GROWN;
    await cycle(economy);
    await sellDirectly(economy, agents, [903, 904]);
    expect(await profit(economy, SOUL)).toBeGreaterThan(0n);
    const both = (product: string) => [`${product} 0123`, `${product} fedc`];
    expect(await bought(economy, SKILL)).toEqual(both('raw_logs'));
    expect(await bought(economy, VOICE)).toEqual(both('raw_logs'));
    expect(await bought(economy, SOUL)).toEqual([
      ...both('skill_profiles'),
      ...both('voice_profiles'),
    ]);
    expect(economy.market.entries.size).toBe(2 * before);
    const { state } = await economy.agents.book(SOUL);
    const versions = state?.sales?.soul_profiles?.versions;
    expect(versions).toMatchObject([
      { version: `v-${GENERATION}`, sold: 3, perSale: 45_500n },
      // three of the first and the roster's two for the other three it has not seen
      { version: `v-${GROWN}`, sold: 3, perSale: 40_445n },
    ]);
  });

  it.each([
    ['two more ask for it', ask],
    ['what the last ones sold is forgotten', forget],
  ])(
    'goes without souls that one buyer a version does not pay for, until %s',
    async (_when, revive) => {
      const economy = await anEconomy();
      for (const n of [1, 2, 3]) await grown(economy, n);
      expect(await profit(economy, SOUL)).toBe(3n * (69_600n - INPUTS));
      await expect(grown(economy, 4)).rejects.toThrow('does not come to its end');
      expect(await bought(economy, SOUL)).toHaveLength(6);

      await revive(economy);
      for (let n = 0; n < 20; n += 1)
        for (const { id } of ROSTER) await economy.beat(id, { early: true });
      expect((await bought(economy, SOUL)).length).toBeGreaterThan(6);
    },
  );
});

async function grown(economy: PaperEconomy, n: number): Promise<void> {
  economy.generation = n.toString(16).repeat(16);
  await cycle(economy);
}

function forget(economy: PaperEconomy): Promise<void> {
  economy.skip(8 * DAY);
  return Promise.resolve();
}

async function ask({ market, generation }: PaperEconomy): Promise<void> {
  for (const who of [SKILL, VOICE])
    await market
      .door(walletOf(who))
      .publish(requestFor('soul_profiles', generation, who), `${who} asks`);
}
