import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoNonces } from '#adapters/dynamodb/market/nonces.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { EscrowSettler } from '#adapters/facilitator/escrow-settler.ts';
import { exactFacilitator } from '#adapters/facilitator/exact.ts';
import { DynamoLease } from '#adapters/facilitator/lease.ts';
import { PendingSettlements } from '#adapters/facilitator/pending-settlements.ts';
import { Sender } from '#adapters/facilitator/sender.ts';
import { FeedbackGiver } from '#adapters/identity/feedback-giver.ts';
import { Registrar } from '#adapters/identity/registrar.ts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { FacilitatorEnv } from '#contract/env.ts';
import { METRICS } from '#contract/metrics.ts';
import { NETWORKS } from '#contract/networks.ts';
import { createLog } from '#runtime/log.ts';
import { createMeasure } from '#runtime/metrics.ts';
import type { Services } from './routes.ts';

/** Once per cold start. The network's name allows the chain; its RPC only reaches it. */
export async function wire(): Promise<Services> {
  const env = FacilitatorEnv.parse(process.env);
  const network = NETWORKS[env.NETWORK];
  const table = env.MARKET_TABLE;
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  const privateKey = await readWalletSecret(new SecretsManagerClient(), env.WALLET_SECRET);

  const now = () => new Date();
  const chain = new EvmChain(network, env.RPC_URL);
  const lease = new DynamoLease(dynamo, { table, now: Date.now });
  const measure = createMeasure('facilitator', env.STAGE);
  const sender = new Sender(privateKey, {
    ...{ client: chain.client, chainId: network.chainId, lease },
    onGas: (transactions) => {
      measure({ [METRICS.gasLeft]: transactions });
    },
  });
  return {
    chain,
    escrow: new EscrowSettler(chain, sender, () => Math.floor(Date.now() / 1000)),
    exact: exactFacilitator(chain, sender, new PendingSettlements(dynamo, { table, now })),
    registrar: new Registrar(chain, sender),
    feedbacks: new FeedbackGiver(chain, sender),
    nonces: new DynamoNonces(dynamo, { table, room: 'facilitator', now }),
    market: env.MARKET_ADDRESS,
    log: createLog('facilitator'),
  };
}
