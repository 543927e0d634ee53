import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type LedgerEntry, Posting } from '#contract/agent-state.ts';
import type { AgentId } from '#contract/ids.ts';
import { agentPk, economyKey } from '#contract/keys.ts';

type Item = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Micro-USDC by account. */
export type Balances = ReadonlyMap<string, bigint>;

/**
 * `AGENT#<id> / BALANCES`: attribute `account:<name>` for every account of the ledger. It is written in the transaction of each entry, so
 * that whoever asks what an agent holds reads one item and not a ledger that grows for ever.
 */
const PREFIX = 'account:';
const Postings = z.object({ postings: z.array(Posting) });

/** Adds these entries to the item. Its condition fails for an agent that has none yet. */
export function added(agentId: AgentId, entries: readonly LedgerEntry[], table: string): Item {
  const moved = [...sumOf(entries)];
  return {
    Update: {
      TableName: table,
      Key: { ...economyKey.balances(agentId) },
      UpdateExpression: `ADD ${moved.map((_, n) => `#a${n} :a${n}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(
        moved.map(([account], n) => [`#a${n}`, PREFIX + account]),
      ),
      ExpressionAttributeValues: Object.fromEntries(
        moved.map(([, amount], n) => [`:a${n}`, Number(amount)]),
      ),
    },
  };
}

/** The first item of an agent: all that it wrote before, and these entries. */
export function begun(
  agentId: AgentId,
  { before, entries }: { readonly before: Balances; readonly entries: readonly LedgerEntry[] },
  table: string,
): Item {
  const accounts: Record<string, number> = {};
  for (const [account, amount] of sumOf(entries, before))
    accounts[PREFIX + account] = Number(amount);
  return {
    Put: {
      TableName: table,
      Item: { ...accounts, v: 1, ...economyKey.balances(agentId) },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** All that the ledger of an agent holds. */
export async function readBalances(
  { client, table }: { readonly client: DynamoDBDocumentClient; readonly table: string },
  agentId: AgentId,
): Promise<Balances> {
  const Key = { ...economyKey.balances(agentId) };
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key, ConsistentRead: true }),
  );
  return Item === undefined ? sumLedger({ client, table }, agentId) : balancesIn(Item);
}

function balancesIn(item: Readonly<Record<string, unknown>>): Balances {
  return new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([name, amount]) => [name.slice(PREFIX.length), BigInt(z.int().parse(amount))]),
  );
}

/** Of the ledger itself, page by page: for an agent whose ledger is older than its balances. */
export async function sumLedger(
  { client, table }: { readonly client: DynamoDBDocumentClient; readonly table: string },
  agentId: AgentId,
): Promise<Balances> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': agentPk(agentId),
        ':prefix': economyKey.ledger(agentId, '').sk,
      },
      ConsistentRead: true,
    },
  );
  let sums: Balances = new Map();
  for await (const { Items = [] } of pages)
    sums = sumOf(
      Items.map((item) => Postings.parse(item)),
      sums,
    );
  return sums;
}

function sumOf(
  entries: readonly z.infer<typeof Postings>[],
  before: Balances = new Map(),
): Balances {
  const sums = new Map(before);
  for (const { account, amount } of entries.flatMap(({ postings }) => postings))
    sums.set(account, (sums.get(account) ?? 0n) + amount);
  return sums;
}
