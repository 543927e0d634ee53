import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { DynamoCounters } from '#adapters/dynamodb/market/counters.ts';
import { DynamoExchange } from '#adapters/dynamodb/market/exchange.ts';
import { DynamoNonces } from '#adapters/dynamodb/market/nonces.ts';
import { type SignableRequest, signRequest } from '#adapters/erc8128/sign.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import { Registries } from '#adapters/identity/registries.ts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { MarketEnv } from '#contract/env.ts';
import { NETWORKS } from '#contract/networks.ts';
import { createLog } from '#runtime/log.ts';
import type { Services } from './services.ts';

/** EM's names of its switches, and whose limits to keep; only tests and rehearsals of EM turn them on. */
const Env = MarketEnv.extend({
  EM_REQUIRE_WORKER_AUTH: z.stringbool().default(false),
  EM_REQUIRE_ERC8004: z.stringbool().default(false),
  MARKET_LIMITS: z.enum(['own', 'em']).default('own'),
});
// the HTTP API gives up after 30 s: the answer "unknown" must come before
const FACILITATOR_TIMEOUT_MS = 25_000;

/** Once per cold start. The network's name allows the chain; its RPC only reaches it. */
export async function wire(): Promise<Services> {
  const env = Env.parse(process.env);
  const network = NETWORKS[env.NETWORK];
  const table = env.MARKET_TABLE;
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const privateKey = await readWalletSecret(new SecretsManagerClient(), env.WALLET_SECRET);
  const wallet = new EvmWallet(privateKey, network);
  const signer = {
    chainId: network.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
  const now = () => new Date();
  const chain = new EvmChain(network, env.RPC_URL);
  const facilitator = new HttpFacilitator({
    url: env.FACILITATOR_URL,
    network,
    signRequest: (request: SignableRequest) =>
      signRequest(request, signer, { now: Math.floor(Date.now() / 1000) }),
    timeoutMs: FACILITATOR_TIMEOUT_MS,
  });
  return {
    exchange: new DynamoExchange(dynamo, table),
    nonces: new DynamoNonces(dynamo, { table, room: 'market', now }),
    chain,
    registries: new Registries(chain),
    requireIdentity: env.EM_REQUIRE_ERC8004,
    facilitator,
    feedbacks: facilitator,
    network,
    now,
    log: createLog('market'),
    requireWorkerAuth: env.EM_REQUIRE_WORKER_AUTH,
    counters: env.MARKET_LIMITS === 'em' ? new DynamoCounters(dynamo, { table, now }) : undefined,
  };
}
