import {
  GetObjectCommand,
  type GetObjectCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect } from 'vitest';
import { type LocalS3, startS3 } from '../../../scripts/local/cloud/s3.ts';
import { CREDENTIALS, temporaryFolder } from './children.ts';

export const Bucket = 'economy';

/** A client that does not retry, so that every refusal is seen. */
export const clientOf = (endpoint: string, credentials = CREDENTIALS) =>
  new S3Client({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });

/** One S3 with one bucket for all tests of a file. */
export function s3UnderTest() {
  let s3: LocalS3;
  let client: S3Client;
  const dir = temporaryFolder(afterAll);
  beforeAll(async () => {
    s3 = await startS3({ dir, credentials: CREDENTIALS, onObject: () => undefined });
    s3.createBucket(Bucket);
    client = clientOf(s3.url);
  });
  afterAll(() => s3.close());

  const get = (Key: string, more: Omit<GetObjectCommandInput, 'Bucket' | 'Key'> = {}) =>
    client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return {
    client: () => client,
    url: () => s3.url,
    createBucket: (name: string) => {
      s3.createBucket(name);
    },
    put: (
      Key: string,
      Body: NonNullable<PutObjectCommandInput['Body']>,
      more: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> = {},
    ) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    get,
    read: async (Key: string, more: Omit<GetObjectCommandInput, 'Bucket' | 'Key'> = {}) =>
      (await get(Key, more)).Body?.transformToString(),
  };
}

/** Status and name of the error that `work` must end with. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.unreachable('should have been refused'),
    (caught: unknown) => caught as Error & { $metadata: { httpStatusCode: number } },
  );
  return `${String(error.$metadata.httpStatusCode)} ${error.name}`;
}
