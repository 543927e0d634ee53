import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { generatePrivateKey } from 'viem/accounts';
import { DynamoExchange } from '#adapters/dynamodb/market/exchange.ts';
import { DynamoNonces } from '#adapters/dynamodb/market/nonces.ts';
import { EmMarket } from '#adapters/em/em-market.ts';
import { type Signer, signRequest } from '#adapters/erc8128/sign.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { type Address, Hex } from '#contract/ids.ts';
import { MARKET_TABLE } from '#contract/market-table.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Chain } from '#core/ports/chain.ts';
import type { Facilitator } from '#core/ports/facilitator.ts';
import type { Task } from '#core/ports/market.ts';
import { type Handle, lambdaOf } from '../../functions/market/app.ts';
import type { Services } from '../../functions/market/services.ts';
import { startDynamo } from '../../scripts/local/cloud/dynamodb.ts';
import { openDoor } from './room-door.ts';

const network = NETWORKS.local;

export interface Room {
  readonly url: string;
  readonly services: Services;
  readonly dynamo: DynamoDBDocumentClient;
  readonly table: string;
  /** Server errors that the room logged. */
  readonly broken: unknown[];
  /** Moves the market's clock, and the clients' with it. */
  pass(ms: number): void;
  now(): Date;
  close(): Promise<void>;
}

/** The market behind a real HTTP server, as API Gateway would call it, on a real local DynamoDB. */
export async function openRoom(
  escrow: { readonly chain: Chain; readonly facilitator: Facilitator },
  {
    countersOf,
    ...over
  }: Partial<Services> & {
    readonly countersOf?: (
      dynamo: DynamoDBDocumentClient,
      table: string,
    ) => NonNullable<Services['counters']>;
  } = {},
): Promise<Room> {
  const dynamo = await startDynamo({ dir: undefined });
  const client = new DynamoDBClient({
    endpoint: dynamo.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = 'market';
  await client.send(new CreateTableCommand(tableOf(table)));
  const document = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
  });

  let shift = 0;
  const now = () => new Date(Date.now() + shift);
  const broken: unknown[] = [];
  const services: Services = {
    exchange: new DynamoExchange(document, table),
    nonces: new DynamoNonces(document, { table, room: 'market', now }),
    ...escrow,
    network,
    now,
    log: {
      info: () => undefined,
      error: (event, keys) => {
        if (event === 'internal-error') broken.push(keys);
      },
    },
    requireWorkerAuth: false,
    counters: countersOf?.(document, table),
    ...over,
  };
  const handler = lambdaOf(services);
  const server = await openDoor('market', (event) => handler(event as Parameters<Handle>[0]));
  return {
    url: server.url,
    services,
    dynamo: document,
    table,
    broken,
    now,
    pass: (ms) => {
      shift += ms;
    },
    close: async () => {
      await server.close();
      client.destroy();
      await dynamo.close();
    },
  };
}

function tableOf(name: string): ConstructorParameters<typeof CreateTableCommand>[0] {
  const { partitionKey, sortKey, indexes } = MARKET_TABLE;
  const keys = (hash: string, range: string): KeySchemaElement[] => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  const attributes = [
    partitionKey,
    sortKey,
    ...indexes.flatMap((i) => [i.partitionKey, i.sortKey]),
  ];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys(partitionKey, sortKey),
    AttributeDefinitions: attributes.map((one) => ({ AttributeName: one, AttributeType: 'S' })),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keys(index.partitionKey, index.sortKey),
      Projection: { ProjectionType: 'ALL' },
    })),
  };
}

export interface Trader {
  readonly wallet: EvmWallet;
  readonly address: Address;
  readonly market: EmMarket;
}

/** Somebody with a fresh key and a client of the room. */
export function trader(room: Pick<Room, 'url' | 'now'>, key: Hex = generatePrivateKey()): Trader {
  const wallet = new EvmWallet(key, network);
  const signer = signerOf(wallet);
  const market = new EmMarket({ url: room.url, signer, now: room.now, network: 'base-sepolia' });
  return { wallet, address: wallet.address, market };
}

/** The payment that a buyer would lock for a task. */
export function paymentFor(
  task: Task,
  receiver: Address,
  over: Partial<PaymentInfo> = {},
): PaymentInfo {
  const deadline = Math.ceil(task.deadline.getTime() / 1000);
  return {
    operator: network.operator,
    payer: task.publisher,
    receiver,
    token: network.usdc,
    maxAmount: task.bounty,
    preApprovalExpiry: deadline,
    authorizationExpiry: deadline + 7 * 86_400,
    refundExpiry: deadline + 14 * 86_400,
    minFeeBps: 0,
    maxFeeBps: 1800,
    feeReceiver: network.operator,
    salt: Hex.parse(`0x${randomBytes(32).toString('hex')}`),
    ...over,
  };
}

export interface Wire {
  readonly method?: string;
  readonly path: string;
  /** JSON, or text as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** @default - unsigned */
  readonly by?: Pick<Trader, 'wallet'>;
}

/** One bare request, as a client that we do not know would send it. */
export async function ask(
  room: Pick<Room, 'url' | 'now'>,
  { method = 'GET', path, body, headers = {}, by }: Wire,
): Promise<{ status: number; headers: Headers; json: unknown }> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const request = { method, url: `${room.url}${path}`, headers, body: text };
  const signed =
    by && (await signRequest(request, signerOf(by.wallet), { now: seconds(room.now()) }));
  const response = await fetch(request.url, {
    method,
    headers: { 'content-type': 'application/json', ...(signed ?? headers) },
    ...(text !== undefined && { body: text }),
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

export function signerOf(wallet: EvmWallet): Signer {
  return {
    chainId: network.chainId,
    address: wallet.address,
    signMessage: (bytes) => wallet.signMessage(bytes),
  };
}
