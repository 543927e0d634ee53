import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { encodeEventTopics } from 'viem';
import * as z from 'zod';
import { escrowAbi } from '#adapters/evm/abi.ts';
import { Address, TxHash } from '#contract/ids.ts';
import { formatUsdc } from '#contract/money.ts';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER } from '#contract/roster.ts';
import { devAccount } from '../local/chain/accounts.ts';
import { startChain } from '../local/chain/chain.ts';
import { CREDENTIALS, REGION } from '../local/cloud/aws.ts';
import { startDynamo } from '../local/cloud/dynamodb.ts';
import { type Clients, connect, lastConnection } from '../local/economy/connection.ts';
import { readAll } from '../local/economy/progress.ts';
import { walletBalances } from '../local/economy/wallet-balances.ts';
import type { Evidence } from './verdict.ts';

export type Books = Pick<Evidence, 'captured' | 'stillLocked' | 'wallets' | 'tasks'>;

/** Opens the state folder of an economy that has ended, chain and tables only, and counts what happened. */
export async function audit(dir: string): Promise<Books> {
  const chain = await startChain({ dir: join(dir, 'chain') });
  try {
    const dynamo = await startDynamo({ dir: join(dir, 'cloud', 'dynamodb') });
    try {
      const connection = await lastConnection(dir);
      const endpoints = { ...connection.endpoints, dynamodb: dynamo.url };
      const clients = connect({ ...connection, endpoints, rpcUrl: chain.url }, CREDENTIALS);
      return {
        ...(await payments(clients)),
        wallets: await wallets(clients),
        tasks: await tasks(dynamo.url),
      };
    } finally {
      await dynamo.close();
    }
  } finally {
    await chain.stop();
  }
}

/** What the escrow contract logged, and who got what in each transaction that paid out. */
async function payments({
  chain,
}: Clients): Promise<{ readonly captured: string[]; readonly stillLocked: number }> {
  const locked = await logged(chain, 'PaymentAuthorized');
  const captured = await logged(chain, 'PaymentCaptured');
  const returned = [
    ...(await logged(chain, 'PaymentVoided')),
    ...(await logged(chain, 'PaymentReclaimed')),
  ];
  const receivers = await Promise.all(captured.map(({ tx }) => receiverIn(tx, chain)));
  const closed = new Set([...captured, ...returned].map(({ payment }) => payment));
  const stillLocked = locked.filter(({ payment }) => !closed.has(payment)).length;
  return { captured: receivers, stillLocked };
}

type EscrowEvent = 'PaymentAuthorized' | 'PaymentCaptured' | 'PaymentVoided' | 'PaymentReclaimed';

async function logged({ client, network }: Clients['chain'], eventName: EscrowEvent) {
  const [signature] = encodeEventTopics({ abi: escrowAbi, eventName });
  const logs = await client.request({
    method: 'eth_getLogs',
    params: [{ address: network.escrow, topics: [signature], fromBlock: '0x0' }],
  });
  return logs.map(({ transactionHash, topics }) => ({
    tx: TxHash.parse(transactionHash),
    payment: topics[1] ?? '',
  }));
}

/** The agent that got the most of it: the rest is the fee. */
async function receiverIn(tx: TxHash, chain: Clients['chain']): Promise<string> {
  const transfers = (await chain.transfersIn(tx)) ?? [];
  const ours = new Map<string, string>(ROSTER.map(({ id, hdIndex }) => [addressOf(hdIndex), id]));
  const outside = transfers.filter(({ to }) => to !== NETWORKS.local.escrow);
  const [most] = outside.toSorted((a, b) => Number(b.value - a.value));
  return ours.get(most?.to ?? '') ?? `somebody in ${tx}`;
}

async function wallets(clients: Clients): Promise<Evidence['wallets']> {
  const rows = await walletBalances(await readAll(clients), clients);
  return rows.map(({ id, onChain, inLedger }) => ({
    agent: id,
    chain: formatUsdc(onChain),
    ledger: formatUsdc(inLedger),
  }));
}

function addressOf(hdIndex: number): Address {
  return Address.parse(devAccount(hdIndex).address);
}

const Task = z.object({ id: z.string(), status: z.string() });

/** Every task in the market's table. Nobody's policy has Scan; the owner of the disk needs none. */
async function tasks(endpoint: string): Promise<Evidence['tasks']> {
  const low = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const { TableNames = [] } = await low.send(new ListTablesCommand());
  const TableName = TableNames.find((name) => /market/i.test(name));
  if (TableName === undefined) throw new Error(`No market among the tables ${TableNames.join()}.`);
  const pages = paginateScan({ client: DynamoDBDocumentClient.from(low) }, { TableName });
  const found: z.infer<typeof Task>[] = [];
  for await (const { Items = [] } of pages)
    found.push(...Items.filter(({ sk }) => sk === 'TASK').map((item) => Task.parse(item)));
  return found;
}
