import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { DynamoSales } from '#adapters/dynamodb/sales.ts';
import { MemoryAgents } from '#adapters/memory/agents.ts';
import { MemorySales } from '#adapters/memory/sales.ts';
import type { Sale } from '#contract/x402.ts';
import type { Agents } from '#core/ports/agents.ts';
import type { Sales } from '#core/ports/sales.ts';
import { AT, anOpenPayment, NOW, SELLER, txOf } from '../support/builders.ts';
import { openEconomyTable } from '../support/economy-table.ts';

interface Till {
  readonly sales: Sales;
  readonly agents: Agents;
  readonly close: () => Promise<void>;
}

function memoryTill(): Promise<Till> {
  const agents = new MemoryAgents();
  return Promise.resolve({
    ...{ agents, sales: new MemorySales(agents) },
    close: () => Promise.resolve(),
  });
}

async function dynamoTill(): Promise<Till> {
  const { client, table, close } = await openEconomyTable();
  const agents = new DynamoAgents(client, table);
  return { agents, sales: new DynamoSales(client, table), close };
}

let nonces = 0;
function aSale(): Sale {
  nonces += 1;
  const { payment } = anOpenPayment({ nonce: txOf(nonces) });
  const goods = { product: 'raw_logs', seller: SELLER, version: 'v1' } as const;
  const file = { sha256: 'ab'.repeat(32), bytes: 1, records: 1 };
  return { v: 1, state: 'pending', payment, goods: { ...goods, ...file }, at: AT };
}

describe.each([
  ['MemorySales', memoryTill],
  ['DynamoSales', dynamoTill],
])('Sales: %s', (_name, open) => {
  let till: Till;
  beforeAll(async () => {
    till = await open();
  });
  afterAll(() => till.close());

  const told = async () => {
    const view = { day: AT.slice(0, 10), generation: undefined };
    return (await till.agents.load(SELLER, view)).payments ?? [];
  };
  const term = (from = 0) => ({
    now: new Date(NOW.getTime() + from),
    until: new Date(NOW.getTime() + from + 1000),
  });

  it('opens a sale once, and tells its seller once', async () => {
    const sale = aSale();
    expect(await till.sales.find(sale.payment)).toBeUndefined();
    const opened = await Promise.all([1, 2, 3].map(() => till.sales.open(sale)));
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(await till.sales.find(sale.payment)).toEqual(sale);
    const mine = (await told()).filter(({ payment }) => payment.nonce === sale.payment.nonce);
    expect(mine).toEqual([
      {
        ...{ v: 1, direction: 'in', payment: sale.payment, account: 'income:raw_logs' },
        ...{ at: AT, isBooked: false },
        sold: { product: 'raw_logs', version: 'v1' },
      },
    ]);
  });

  it('is claimed by one at a time, until the claim runs out or is given back', async () => {
    const { payment, ...sale } = aSale();
    expect(await till.sales.claim(payment, term())).toBe(false);
    await till.sales.open({ payment, ...sale });
    const claims = await Promise.all([1, 2, 3].map(() => till.sales.claim(payment, term())));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await till.sales.claim(payment, term(1000))).toBe(false);
    expect(await till.sales.claim(payment, term(1001))).toBe(true);
    await till.sales.letGo(payment);
    expect(await till.sales.claim(payment, term(1002))).toBe(true);
  });

  it('is settled for good', async () => {
    const sale = aSale();
    await till.sales.open(sale);
    await till.sales.settled(sale.payment, txOf(9));
    expect(await till.sales.find(sale.payment)).toEqual({ ...sale, state: 'settled', tx: txOf(9) });
    expect(await till.sales.claim(sale.payment, term(10_000))).toBe(false);
    expect(await till.sales.open(sale)).toBe(false);
  });
});
