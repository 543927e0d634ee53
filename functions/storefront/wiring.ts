import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoSeen } from '#adapters/dynamodb/seen.ts';
import type { Nonces } from '#adapters/erc8128/verify.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { StorefrontEnv } from '#contract/env.ts';
import type { Objects } from '#core/ports/objects.ts';
import { createLog } from '#runtime/log.ts';

export interface Services {
  readonly objects: Pick<Objects, 'read' | 'presign'>;
  readonly nonces: Nonces;
  readonly now: () => Date;
  readonly log: ReturnType<typeof createLog>;
}

/** Clients from the environment (StorefrontEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = StorefrontEnv.parse(process.env);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient());
  const now = () => new Date();
  return {
    objects: new S3Objects(new S3Client(), env.DATA_BUCKET),
    nonces: new DynamoSeen(dynamo, { table: env.ECONOMY_TABLE, room: 'storefront', now }),
    now,
    log: createLog('storefront'),
  };
}
