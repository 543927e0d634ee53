import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoAccounts } from '#adapters/dynamodb/accounts.ts';
import { RosterWallets } from '#adapters/dynamodb/roster-wallets.ts';
import { DynamoStanding } from '#adapters/dynamodb/standing.ts';
import { PublicTasks } from '#adapters/em/public-tasks.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { ReconcileEnv } from '#contract/env.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Auditor } from '#core/reconcile/run.ts';
import { createLog, type Log } from '#runtime/log.ts';
import { createMeasure, type Measure } from '#runtime/metrics.ts';

export interface Services {
  readonly auditor: Auditor;
  readonly now: () => Date;
  readonly log: Log;
  readonly measure: Measure;
}

/** Clients from the environment (ReconcileEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = ReconcileEnv.parse(process.env);
  const table = env.ECONOMY_TABLE;
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  const now = () => new Date();
  const market = new PublicTasks(env.MARKET_URL);
  const wallets = new RosterWallets(dynamo, table);
  return {
    auditor: {
      accounts: new DynamoAccounts(dynamo, table),
      standing: new DynamoStanding(dynamo, table, now),
      chain: new EvmChain(NETWORKS[env.NETWORK], env.RPC_URL),
      isPublished: (id) => market.isPublished(id),
      walletOf: (agentId) => wallets.of(agentId),
      wakeUps: new SqsWakeUps(new SQSClient(), env.WAKE_QUEUE_URL),
    },
    now,
    log: createLog('reconcile'),
    measure: createMeasure('reconcile', env.STAGE),
  };
}
