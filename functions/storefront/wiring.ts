import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RosterWallets } from '#adapters/dynamodb/roster-wallets.ts';
import { DynamoSales } from '#adapters/dynamodb/sales.ts';
import { DynamoSeen } from '#adapters/dynamodb/seen.ts';
import type { Nonces } from '#adapters/erc8128/verify.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { EvmPayments } from '#adapters/evm/evm-payments.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import { Till } from '#adapters/x402/till.ts';
import { StorefrontEnv } from '#contract/env.ts';
import { NETWORKS, type Network } from '#contract/networks.ts';
import type { Objects } from '#core/ports/objects.ts';
import type { Payments } from '#core/ports/payments.ts';
import type { Sales } from '#core/ports/sales.ts';
import type { WakeUps } from '#core/ports/wake-ups.ts';
import { createLog, type Log } from '#runtime/log.ts';

export interface Services {
  readonly objects: Pick<Objects, 'read' | 'presign'>;
  readonly nonces: Nonces;
  readonly sales: Sales;
  readonly payments: Payments;
  readonly till: Till;
  readonly wallets: RosterWallets;
  readonly wakeUps: WakeUps;
  readonly network: Network;
  /** Its own origin. */
  readonly origin: string;
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
  readonly log: Log;
}

/** Clients from the environment (StorefrontEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = StorefrontEnv.parse(process.env);
  const network = NETWORKS[env.NETWORK];
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const now = () => new Date();
  return {
    objects: new S3Objects(new S3Client(), env.DATA_BUCKET),
    nonces: new DynamoSeen(dynamo, { table: env.ECONOMY_TABLE, room: 'storefront', now }),
    sales: new DynamoSales(dynamo, env.ECONOMY_TABLE),
    payments: new EvmPayments(new EvmChain(network, env.RPC_URL)),
    till: new Till(network, env.FACILITATOR_URL),
    wallets: new RosterWallets(dynamo, env.ECONOMY_TABLE),
    wakeUps: new SqsWakeUps(new SQSClient(), env.WAKE_QUEUE_URL),
    network,
    origin: env.STOREFRONT_URL,
    now,
    pause: (ms) => sleep(ms),
    log: createLog('storefront'),
  };
}
