import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toHex } from 'viem';
import { vi } from 'vitest';
import { signRequest } from '#adapters/erc8128/sign.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { NETWORKS } from '#contract/networks.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { handler } from '../../../functions/facilitator/facilitator.lambda.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { startChain } from '../../../scripts/local/chain/chain.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { startDynamo } from '../../../scripts/local/cloud/dynamodb.ts';
import { startSecrets } from '../../../scripts/local/cloud/secrets.ts';
import { openDoor } from '../../support/room-door.ts';

export const network = NETWORKS.local;
const TABLE = 'market';
const SECRET = 'economia-viva/test/wallet/facilitator';

export const walletOf = (index: number): EvmWallet => new EvmWallet(devPrivateKey(index), network);
const now = (): number => Math.floor(Date.now() / 1000);

let salts = 0;
/** A payment of 0.10 USDC from wallet 6 to wallet 1, for a day; override only what the test is about. */
export function aPayment(over: Partial<PaymentInfo> = {}): PaymentInfo {
  return {
    operator: network.operator,
    payer: walletOf(6).address,
    receiver: walletOf(1).address,
    token: network.usdc,
    maxAmount: 100_000n,
    preApprovalExpiry: now() + 3_600,
    authorizationExpiry: now() + 86_400,
    refundExpiry: now() + 172_800,
    minFeeBps: 0,
    maxFeeBps: 1_800,
    feeReceiver: network.operator,
    salt: toHex(++salts, { size: 32 }),
    ...over,
  };
}

/** API Gateway HTTP API event, payload format 2.0. */
export function anEvent({
  method,
  path,
  headers,
  body,
}: {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: {
      domainName: headers['host'] ?? 'facilitator.test',
      http: { method, path },
      stage: '$default',
    },
    body: body ?? null,
    isBase64Encoded: false,
  } as unknown as Parameters<typeof handler>[0];
}

/** Chain, DynamoDB, Secrets Manager, and the facilitator's real handler behind a port. */
export async function startHouse() {
  // the room's log
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const dir = mkdtempSync(join(tmpdir(), 'viva-chain-'));
  const chain = await startChain({ dir: join(dir, 'chain') });
  const dynamo = await startDynamo({ dir: undefined });
  const secrets = await startSecrets({ dir });
  secrets.ensure(
    SECRET,
    JSON.stringify({ privateKey: devPrivateKey(SERVICE_HD_INDEX.facilitator) }),
  );
  Object.assign(process.env, {
    STAGE: 'test',
    NETWORK: 'local',
    RPC_URL: chain.url,
    MARKET_TABLE: TABLE,
    WALLET_SECRET: SECRET,
    MARKET_ADDRESS: walletOf(SERVICE_HD_INDEX.market).address,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  });
  await createTable(new DynamoDBClient(), TABLE);
  const server = await openDoor('facilitator', (event) =>
    handler(event as Parameters<typeof handler>[0]),
  );
  const { url } = server;
  const signedBy = (index: number, seen: (request: RequestInit) => void = () => undefined) => {
    const wallet = walletOf(index);
    const signer = {
      chainId: network.chainId,
      address: wallet.address,
      signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
    };
    return new HttpFacilitator({
      url,
      network,
      signRequest: async (asked) => {
        const headers = await signRequest(asked, signer, { now: now() });
        seen({ method: asked.method, headers, body: asked.body });
        return headers;
      },
    });
  };
  return {
    url,
    rpcUrl: chain.url,
    chainDir: join(dir, 'chain'),
    chain: new EvmChain(network, chain.url),
    facilitator: new HttpFacilitator({ url, network }),
    market: signedBy(SERVICE_HD_INDEX.market),
    signedBy,
    rpc: async (method: string, params: unknown[] = []): Promise<unknown> => {
      const call = { jsonrpc: '2.0', id: 1, method, params };
      const response = await fetch(chain.url, { method: 'POST', body: JSON.stringify(call) });
      return ((await response.json()) as { result: unknown }).result;
    },
    stop: async () => {
      await Promise.all([server.close(), chain.stop(), dynamo.close(), secrets.close()]);
      rmSync(dir, { recursive: true });
    },
  };
}
