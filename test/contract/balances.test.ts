import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoAccounts } from '#adapters/dynamodb/accounts.ts';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { Books } from '#adapters/dynamodb/books.ts';
import type { LedgerEntry } from '#contract/agent-state.ts';
import { economyKey } from '#contract/keys.ts';
import { balances, openingEntry } from '#core/money/ledger.ts';
import type { Change, Lease } from '#core/ports/agents.ts';
import { AT, anAgentState, BUYER, NOW } from '../support/builders.ts';
import { type EconomyTable, openEconomyTable } from '../support/economy-table.ts';

let economy: EconomyTable;
let agents: DynamoAgents;
let lease: Lease;
let entries = 0;
beforeAll(async () => {
  economy = await openEconomyTable();
  agents = new DynamoAgents(economy.client, economy.table);
});
afterAll(() => economy.close());
beforeEach(async () => {
  lease = await take('me');
});

let term = 0;
async function take(owner: string): Promise<Lease> {
  term += 1;
  const now = new Date(NOW.getTime() + term * 120_000);
  const until = new Date(now.getTime() + 60_000);
  const taken = await agents.takeLease(BUYER, { owner, now, until });
  if (taken === undefined) throw new Error('The lease is not free.');
  return taken;
}

function anEntry(amount: bigint, account = 'expense:raw_logs'): LedgerEntry {
  entries += 1;
  const postings = [
    { account: 'wallet', amount: -amount },
    { account, amount },
  ];
  return { v: 1, id: `entry-${entries}`, at: AT, postings };
}

const commit = (change: Change, by = lease) => agents.commit(by, change);
const accountOf = () => new DynamoAccounts(economy.client, economy.table).of(BUYER);
const Key = economyKey.balances(BUYER);

/** What the auditor is told, and what all entries together say. */
async function expectEqual(): Promise<void> {
  const book = await new Books(economy.client, economy.table).of(BUYER);
  const told = (await accountOf()).balances;
  const nonZero = (map: ReadonlyMap<string, bigint> | undefined) =>
    new Map([...(map ?? [])].filter(([, amount]) => amount !== 0n));
  expect(nonZero(told)).toEqual(nonZero(balances(book.entries)));
}

describe('running balances', () => {
  it('are those of the ledger after every commit', async () => {
    await commit({ state: anAgentState(), entries: [openingEntry(5_000_000n, AT)] });
    await expectEqual();
    await commit({ entries: [anEntry(10_000n, 'escrow'), anEntry(-7n), anEntry(50_000n)] });
    await commit({ entries: [anEntry(-10_000n, 'escrow')] });
    await expectEqual();
    expect((await accountOf()).balances?.get('escrow')).toBe(0n);
  });

  it('move with nothing that was not written', async () => {
    const old = lease;
    lease = await take('heir');
    expect(await commit({ entries: [anEntry(3n)] }, old)).toBe('outrun');
    const twice = anEntry(4n);
    await commit({ entries: [twice] });
    await expect(commit({ entries: [twice] })).rejects.toThrow();
    const dear = { day: '2026-03-01', amount: 2n, limit: 1n };
    await commit({ budget: { ...dear, limit: 2n } });
    expect(await commit({ budget: dear, entries: [anEntry(5n)] })).toBe('over-budget');
    await expectEqual();
  });

  it('hold however many commits race', async () => {
    await Promise.allSettled(Array.from({ length: 20 }, () => commit({ entries: [anEntry(1n)] })));
    await expectEqual();
  });

  it('begin in the middle of a ledger that is older than they are', async () => {
    await economy.client.send(new DeleteCommand({ TableName: economy.table, Key }));
    await expectEqual();
    await commit({ entries: [anEntry(11n)] });
    const { Item } = await economy.client.send(
      new GetCommand({ TableName: economy.table, Key, ConsistentRead: true }),
    );
    expect(Item).toMatchObject({ v: 1, 'account:wallet': expect.any(Number) as number });
    await expectEqual();
  });

  it('are read without the ledger, however long it is', async () => {
    for (let n = 0; n < 10; n += 1)
      await commit({ entries: Array.from({ length: 80 }, () => anEntry(1n)) });
    let read = 0;
    economy.client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { Items, Item } = result.output as { Items?: unknown[]; Item?: unknown };
        read += Items?.length ?? (Item === undefined ? 0 : 1);
        return result;
      },
      { step: 'initialize', name: 'counting' },
    );
    const account = await accountOf();
    economy.client.middlewareStack.remove('counting');
    expect(account.balances?.get('wallet')).toBeLessThan(5_000_000n);
    // its state and its balances
    expect(read).toBe(2);
  });
});
