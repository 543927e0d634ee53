import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { Objects } from '#core/ports/objects.ts';
import { CREDENTIALS, REGION } from '../../scripts/local/cloud/aws.ts';
import { startS3 } from '../../scripts/local/cloud/s3.ts';
import { FileObjects } from '../../scripts/local/file-objects.ts';

/** A store of objects that lives for one test file. */
export interface Store {
  readonly objects: Objects;
  readonly close: () => Promise<void>;
}

/** Files of a temporary folder. */
export async function fileStore(): Promise<Store> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-objects-'));
  return { objects: new FileObjects(dir), close: () => rm(dir, { recursive: true }) };
}

/** A bucket of the local S3, through the SDK. */
export async function s3Store(): Promise<Store> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-s3-'));
  const server = await startS3({ dir, credentials: CREDENTIALS, onObject: () => undefined });
  server.createBucket('data');
  const client = new S3Client({
    endpoint: server.url,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });
  return {
    objects: new S3Objects(client, 'data'),
    close: async () => {
      client.destroy();
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}
