import { S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { PaidAudits } from '#adapters/audit/paid-audits.ts';
import { S3Auditor } from '#adapters/audit/s3-auditor.ts';
import { NodeCodec } from '#adapters/corpus/node-codec.ts';
import { S3Corpus } from '#adapters/corpus/s3-corpus.ts';
import { type Signer, signRequest } from '#adapters/erc8128/sign.ts';
import type { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { DeliveryDoor } from '#adapters/goods/delivery-door.ts';
import { S3Goods } from '#adapters/goods/s3-goods.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { S3Reports } from '#adapters/s3/s3-reports.ts';
import type { HeartbeatEnv } from '#contract/env.ts';
import type { Network } from '#contract/networks.ts';
import type { Agents } from '#core/ports/agents.ts';
import type { Auditor } from '#core/ports/auditor.ts';
import type { Audits } from '#core/ports/audits.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';
import type { Goods } from '#core/ports/goods.ts';
import type { Reports } from '#core/ports/reports.ts';

export interface WorkshopParts {
  readonly env: z.infer<typeof HeartbeatEnv>;
  readonly network: Network;
  readonly pointers: CorpusPointers;
  readonly signer: Signer;
  readonly wallet: EvmWallet;
  readonly now: () => Date;
  readonly roster: Agents['roster'];
}

/** Where goods are made, handed over, looked at and audited, where audits are bought, and reports are kept. */
export interface Workshop {
  readonly goods: Goods;
  readonly reports: Reports;
  readonly auditor: Auditor;
  readonly audits: Audits;
}

export function openWorkshop(parts: WorkshopParts): Workshop {
  const { env, network, pointers, signer, wallet, now, roster } = parts;
  const objects = new S3Objects(new S3Client(), env.DATA_BUCKET);
  const corpus = new S3Corpus({ objects, codec: new NodeCodec(), pointers });
  const door = new DeliveryDoor({
    storefrontUrl: env.STOREFRONT_URL,
    hosts: env.DELIVERY_HOSTS.split(','),
    sign: (url) => signRequest({ method: 'GET', url }, signer, { now: seconds(now()) }),
  });
  const { STOREFRONT_URL: storefrontUrl, LOG_TIME_ZONE: zone } = env;
  return {
    goods: new S3Goods({
      ...{ objects, corpus, door, storefrontUrl, now, zone, roster },
      secret: wallet.secretFor('pseudonyms'),
    }),
    reports: new S3Reports(objects),
    auditor: new S3Auditor({
      ...{ objects, corpus, door, network, zone, now },
      sign: (verdict) => wallet.signVerdict(verdict),
    }),
    audits: new PaidAudits({ storefrontUrl, network, signer: wallet }),
  };
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
