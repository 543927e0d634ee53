import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { readTask, taskItem } from '#adapters/dynamodb/market/items.ts';
import { AgentState, Intent, LedgerEntry, Pulse } from '#contract/agent-state.ts';
import { BuyDeal, Deal, Purchase, SellDeal } from '#contract/deal.ts';
import { economyKey, type Key, marketKey } from '#contract/keys.ts';
import { Peer } from '#contract/peer.ts';
import { version } from '#contract/stored.ts';
import { OpenPayment, Sale } from '#contract/x402.ts';
import type { ExchangeTask } from '#core/exchange/task.ts';
import { CREDENTIALS, REGION } from '../../scripts/local/cloud/aws.ts';
import { createTable } from '../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../scripts/local/cloud/dynamodb.ts';
import {
  aBuyDeal,
  anAgentState,
  anOpenPayment,
  aPurchase,
  aSellDeal,
  BUYER,
  DEADLINE,
  NOW,
  taskId,
  walletOf,
} from '../support/builders.ts';

/**
 * Every item of both tables, and why newer code's additions survive older code.
 * `whole`: read, changed and written back whole, so its schema keeps unknown fields. `parts`: changed attribute by attribute.
 * `once`: never changed. `anew`: made from other things each time, and nothing is lost with it.
 */
const SHAPES: Readonly<Record<string, 'whole' | 'parts' | 'once' | 'anew'>> = {
  ...{ state: 'whole', deal: 'whole', purchase: 'whole', openPayment: 'whole' },
  ...{ peer: 'whole', talk: 'anew' },
  ...{ lease: 'parts', budget: 'parts', balances: 'parts', rosterEntry: 'parts', sale: 'parts' },
  ...{ intent: 'once', inbox: 'once', ledger: 'once', beat: 'once', halt: 'once', seen: 'once' },
  ...{ pulse: 'anew', nick: 'anew' },
  ...{ corpusVersion: 'anew', corpusSource: 'anew', corpusTurn: 'anew', corpusAttempt: 'anew' },
  corpusOptOuts: 'parts',
  ...{ task: 'whole', application: 'whole', submission: 'whole', executor: 'whole' },
  ...{ lock: 'once', openWith: 'once', nonce: 'once', facilitatorPending: 'once' },
  ...{ majorRejects: 'anew', counter: 'parts', ban: 'anew', facilitatorLease: 'parts' },
};

const aPeer = () => ({
  ...{ v: 1, wallet: walletOf(BUYER), deals: 0, interactions: [], notes: [] },
  seen: { first: NOW.toISOString(), last: NOW.toISOString() },
});

const later = { addedLater: { by: 'the next version' } };

describe('stored shapes', () => {
  it('are all known: a new item says here how it outlives a rollback', () => {
    const keys = [...Object.keys(economyKey), ...Object.keys(marketKey)];
    expect(Object.keys(SHAPES).toSorted()).toEqual(keys.toSorted());
  });

  it.each([
    ['AgentState', AgentState, z.encode(AgentState, anAgentState())],
    ['BuyDeal', BuyDeal, z.encode(BuyDeal, aBuyDeal())],
    ['SellDeal', SellDeal, z.encode(SellDeal, aSellDeal())],
    ['Purchase', Purchase, z.encode(Purchase, aPurchase())],
    ['OpenPayment', OpenPayment, z.encode(OpenPayment, anOpenPayment())],
    ['Peer', Peer, aPeer()],
  ])('%s keeps what later code added, and refuses what it cannot know', (...[, schema, item]) => {
    const read = schema.parse({ ...item, ...later });
    expect(z.encode(schema as z.ZodType, read)).toEqual({ ...item, ...later });
    expect(() => schema.parse({ ...item, v: 2 })).toThrow('deploy the newer code again');
    expect(() => schema.parse({ ...item, v: 0 })).toThrow('viva migrate');
  });

  it.each([
    ['Intent', Intent],
    ['LedgerEntry', LedgerEntry],
    ['Pulse', Pulse],
    ['Deal', Deal],
    ['Sale', Sale],
  ])('%s refuses a later version', (...[, schema]) => {
    expect(JSON.stringify(schema.safeParse({ v: 2, side: 'buy' }).error?.issues)).toMatch(
      /version 2|expected 1/,
    );
  });

  it('can be read one version back', () => {
    const earlier = z.object({ v: version(1), name: z.string() });
    const now = z.object({ v: version(2), names: z.array(z.string()) });
    const either = z.union([
      now,
      earlier.transform(({ name }) => ({ v: 2 as const, names: [name] })),
    ]);
    expect(either.parse({ v: 1, name: 'a' })).toEqual({ v: 2, names: ['a'] });
    expect(() => either.parse({ v: 3, names: [] })).toThrow('version 3');
  });
});

describe('old code on newer items', () => {
  const TABLE = 'economy';
  let dynamo: Awaited<ReturnType<typeof startDynamo>>;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    dynamo = await startDynamo({ dir: undefined });
    const low = new DynamoDBClient({
      ...{ endpoint: dynamo.url, region: REGION, credentials: CREDENTIALS },
    });
    await createTable(low, TABLE);
    client = DynamoDBDocumentClient.from(low);
  });
  afterAll(() => dynamo.close());

  const put = (key: Key, item: object) =>
    client.send(new PutCommand({ TableName: TABLE, Item: { ...item, ...key } }));
  const raw = async (Key: Key) =>
    (await client.send(new GetCommand({ TableName: TABLE, Key: { ...Key } }))).Item;

  it('changes state, deal, purchase and payment, and loses nothing', async () => {
    const agents = new DynamoAgents(client, TABLE);
    const deal = aBuyDeal();
    const purchase = aPurchase();
    const product = purchase.product;
    const keys = {
      state: economyKey.state(BUYER),
      deal: economyKey.deal(BUYER, deal.taskId),
      purchase: economyKey.purchase(BUYER, product, purchase.generation),
    };
    const state = anAgentState({ revision: 1, open: [deal.taskId] });
    await put(keys.state, { ...z.encode(AgentState, state), ...later });
    await put(keys.deal, { ...z.encode(Deal, deal), ...later });
    await put(keys.purchase, { ...z.encode(Purchase, purchase), ...later });

    const { generation } = purchase;
    const seen = await agents.load(BUYER, { day: '2026-03-01', generation });
    const until = new Date(NOW.getTime() + 60_000);
    const lease = await agents.takeLease(BUYER, { owner: 'o', now: NOW, until });
    if (lease === undefined) throw new Error('no lease');
    const commit = await agents.commit(lease, {
      state: { ...seen.state, revision: 2 },
      deals: [...seen.deals.values()].map((one) => ({ ...one, because: 'changed' })),
      purchases: seen.purchases.map((one) => ({ ...one, attempt: 9 })),
    });

    expect(commit).toBe('committed');
    expect(await raw(keys.state)).toMatchObject({ revision: 2, ...later });
    expect(await raw(keys.deal)).toMatchObject({ because: 'changed', ...later });
    expect(await raw(keys.purchase)).toMatchObject({ attempt: 9, ...later });
  });

  it('does not touch state of a later version, and says why', async () => {
    const agents = new DynamoAgents(client, TABLE);
    const item = { ...z.encode(AgentState, anAgentState()), v: 2, meaning: 'another' };
    await put(economyKey.state(BUYER), item);

    const view = { day: '2026-03-01', generation: undefined };
    await expect(agents.load(BUYER, view)).rejects.toThrow('deploy the newer code again');
    expect(await raw(economyKey.state(BUYER))).toMatchObject(item);
  });

  it('changes a task of the market and loses nothing but its old place', () => {
    const task = {
      ...{ id: taskId(1), version: 1, status: 'published', publisher: walletOf(BUYER) },
      ...{ createdAt: NOW, updatedAt: NOW, deadline: DEADLINE, title: 't', instructions: 'i' },
      ...{ escrows: [], refused: [], submissionIds: [], skills: [], minReputation: 0 },
      ...{ category: 'knowledge_access', bounty: 1n, target: 'agent' },
      ...{ evidenceRequired: ['json_response'], evidenceOptional: [] },
    } as unknown as ExchangeTask;

    const item: Record<string, unknown> = { ...taskItem(task), ...later };
    const changed = taskItem({ ...readTask(item), status: 'cancelled' });

    expect(item['openPk']).toBeDefined();
    expect(changed).toMatchObject({ status: 'cancelled', ...later });
    expect(changed['openPk']).toBeUndefined();
  });
});
