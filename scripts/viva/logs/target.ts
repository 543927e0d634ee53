import { resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import type { AgentId } from '#contract/ids.ts';
import { objectKey } from '#contract/keys.ts';
import { logFilesIn } from '../../local/economy/uploads.ts';
import { economyAt } from '../economy-at.ts';
import { plain } from '../words.ts';
import { bucketTrouble } from './troubles.ts';
import type { LogFile, Target } from './uploader.ts';

/** Flags of every command that brings logs into a bucket. */
export interface Flags {
  readonly dir: string;
  readonly bucket?: string;
  readonly agent: AgentId;
  readonly prefix: string;
  readonly json: boolean;
}

/** The bucket that the flags name; of a missing or forbidden one it is said at once. */
export async function targetOf({ dir, bucket, agent }: Flags): Promise<Target> {
  const objects =
    bucket === undefined
      ? (await economyAt(dir)).clients.objects
      : new S3Objects(new S3Client(), bucket);
  // a question about one object could not tell a missing bucket from a missing object
  await objects.list(objectKey.log(agent, ''))[Symbol.asyncIterator]().next();
  return { objects, agent };
}

/** Runs what needs the bucket; what a person can do something about is thrown as a sentence. */
export async function atBucket<T>({ bucket, dir }: Flags, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const where =
      bucket === undefined ? `The economy in ${resolve(dir)}` : `The bucket "${bucket}"`;
    throw bucketTrouble(error, where);
  }
}

/** @throws CannotStart when there are none */
export async function filesIn(
  folder: string,
  { prefix }: Flags,
  onPassedOver: (line: string) => void,
): Promise<readonly LogFile[]> {
  const files = await logFilesIn(folder, (name) => {
    onPassedOver(
      `passed over: ${plain(name)} (no plain file, or a control character in its name).`,
    );
  });
  return files.map(({ path, source }) => ({ path, source: `${prefix}${source}` }));
}
