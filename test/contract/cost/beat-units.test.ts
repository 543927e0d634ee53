import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CorpusViews } from '#adapters/corpus/corpus-views.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import type { AgentId } from '#contract/ids.ts';
import { COLLECTOR } from '#contract/roster.ts';
import type { Units } from '../../../scripts/cost/units.ts';
import { USAGE } from '../../../scripts/cost/usage.ts';
import { type DynamoHall, dynamoHall } from '../../support/agents-hall.ts';
import { BUYER, SELLER } from '../../support/builders.ts';
import { live } from '../../support/living.ts';
import { PaperEconomy } from '../../support/paper-economy.ts';
import { counting } from './units.ts';

let hall: DynamoHall;
let units: Units;
let economy: PaperEconomy;
beforeAll(async () => {
  hall = await dynamoHall();
  economy = await PaperEconomy.open({ agents: hall.agents });
  units = counting(hall.client);
});
afterAll(() => hall.close());

interface Spent extends Units {
  market: number;
}

async function spentBy(work: (watch: (call: string) => void) => Promise<unknown>): Promise<Spent> {
  const before = { ...units };
  let market = 0;
  await work((call) => {
    if (call.startsWith('market.')) market += 1;
  });
  return { writes: units.writes - before.writes, reads: units.reads - before.reads, market };
}

const hasSettled = (n: number) => async (at: PaperEconomy) => {
  const books = await Promise.all([SELLER, BUYER].map((id) => at.agents.book(id)));
  return books.every(
    ({ deals, intents }) =>
      deals.filter(({ state }) => state === 'settled').length === n && intents.length === 0,
  );
};

async function untilIdle(agent: AgentId): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    const report = await economy.beat(agent);
    if (report.kind === 'beaten' && report.rounds.every(({ commit }) => commit === 'idle')) return;
  }
  throw new Error(`${agent} finds no rest.`);
}

/** The paper economy has its corpus from elsewhere. */
async function pointerReads(): Promise<number> {
  const views = new CorpusViews(new DynamoCorpusPointers(hall.client, hall.table));
  return (await spentBy(() => views.pointer(COLLECTOR))).reads;
}

describe('the units that the bill counts with', () => {
  it('are those of a deal, both sides, after the first', async () => {
    await live(economy);
    economy.generation = 'b'.repeat(16);
    let beats = 0;
    const spent = await spentBy((watch) =>
      live(economy, {
        isEnough: hasSettled(2),
        disturb: (call) => {
          if (call === 'agents.takeLease') beats += 1;
          watch(call);
        },
      }),
    );
    const { deal, beat } = USAGE;
    const over = {
      writes: spent.writes - beats * beat.writes,
      reads: spent.reads - beats * beat.reads,
      market: spent.market - beats * beat.marketRequests,
    };
    expect(over.writes).toBeLessThanOrEqual(deal.writes);
    expect(over.reads).toBeLessThanOrEqual(deal.reads);
    expect(over.market).toBeLessThanOrEqual(deal.marketRequests);
  });

  it('are those of a beat that finds nothing to do', async () => {
    const pointer = await pointerReads();
    for (const agent of [SELLER, BUYER]) {
      await untilIdle(agent);
      const { writes, reads, market } = await spentBy((watch) => economy.beat(agent, { watch }));
      expect(writes).toBe(USAGE.beat.writes);
      expect(reads + pointer).toBeLessThanOrEqual(USAGE.beat.reads);
      expect(market).toBeLessThanOrEqual(USAGE.beat.marketRequests);
    }
  });

  it('hold for items of one unit each, but for an agent that remembers much', async () => {
    const { Items = [] } = await hall.client.send(new ScanCommand({ TableName: hall.table }));
    const sizes = Items.map((item) => JSON.stringify(item).length);
    expect(Math.max(...sizes)).toBeLessThan(1024 * 2);
  });
});
