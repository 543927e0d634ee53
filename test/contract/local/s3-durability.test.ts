import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import type { ObjectEvent } from '../../../scripts/local/cloud/s3/outbox.ts';
import { startS3 } from '../../../scripts/local/cloud/s3.ts';
import { CREDENTIALS, serve, temporaryFolder } from './children.ts';
import { Bucket, clientOf } from './s3-under-test.ts';

describe('events', () => {
  it('tell of every change, never before it can be read', async () => {
    const dir = temporaryFolder();
    const seen: [string, string, string | undefined][] = [];
    const own = await startS3({
      dir,
      credentials: CREDENTIALS,
      onObject: async ({ bucket, key, eventName, eTag, size }) => {
        const there = await clientOf(own.url)
          .send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
          .catch(() => undefined);
        expect(there?.ContentLength ?? 0).toBe(size);
        seen.push([
          eventName,
          key,
          there && eTag === there.ETag?.replaceAll('"', '') ? 'readable' : eTag,
        ]);
      },
    });
    own.createBucket(Bucket);
    const to = clientOf(own.url);
    await to.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await to.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await expect.poll(() => seen).toHaveLength(2);
    await to.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await to.send(new DeleteObjectCommand({ Bucket, Key: 'never there' }));
    await expect.poll(() => seen).toHaveLength(3);
    await own.close();
    expect(seen).toEqual([
      ['ObjectCreated:Put', 'a', 'readable'],
      ['ObjectCreated:Copy', 'b', 'readable'],
      ['ObjectRemoved:Delete', 'a', ''],
    ]);
  });

  it('wait for a receiver that fails, also over a restart', async () => {
    const dir = temporaryFolder();
    const open = (onObject: (event: ObjectEvent) => void) =>
      startS3({ dir, credentials: CREDENTIALS, onObject });
    let attempts = 0;
    const deaf = await open(() => {
      attempts += 1;
      throw new Error('the queue is not there yet');
    });
    deaf.createBucket(Bucket);
    await clientOf(deaf.url).send(new PutObjectCommand({ Bucket, Key: 'upload', Body: 'x' }));
    await expect.poll(() => attempts).toBeGreaterThan(1);
    await deaf.close();

    const heard: string[] = [];
    const hearing = await open(({ key }) => void heard.push(key));
    await expect.poll(() => heard).toEqual(['upload']);
    await hearing.close();
    const again = await open(({ key }) => void heard.push(key));
    await sleep(50);
    await again.close();
    expect(heard).toEqual(['upload']);
  });
});

describe('kill -9', () => {
  it('loses no acknowledged object and shows no half one', async () => {
    const dir = temporaryFolder();
    const acknowledged = new Map<string, number>();
    let writes = 0;
    for (let life = 0; life < 3; life += 1) {
      const served = await serve('s3', dir);
      const to = clientOf(served.url);
      if (life === 0) await to.send(new CreateBucketCommand({ Bucket }));
      await expectWhole(to, acknowledged);

      const writing = new AbortController();
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; !writing.signal.aborted; n += 1) {
          // each key again and again, its body one repeated byte: a mixture would show
          const [Key, byte] = [`w${String(writer)}/${String(n % 5)}`, (life * 80 + n) % 256];
          const Body = Buffer.alloc(200_000, byte);
          await to.send(new PutObjectCommand({ Bucket, Key, Body })).then(
            () => {
              acknowledged.set(Key, byte);
              writes += 1;
            },
            () => {
              writing.abort();
              acknowledged.delete(Key); // unanswered: the old or the new, but whole
            },
          );
        }
      });
      // in the middle of writing, however slow the machine is
      await vi.waitFor(() => {
        expect(writes).toBeGreaterThan(life * 40 + 40);
      }, 15_000);
      await served.kill();
      await Promise.all(writers);
    }
    expect(acknowledged.size).toBeGreaterThan(10);
    const served = await serve('s3', dir);
    await expectWhole(clientOf(served.url), acknowledged);
  });

  async function expectWhole(
    to: S3Client,
    acknowledged: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { Contents = [] } = await to.send(new ListObjectsV2Command({ Bucket }));
    const found = new Map<string, number>();
    for (const { Key = '' } of Contents) {
      const { Body } = await to.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      expect(bytes.equals(Buffer.alloc(200_000, bytes[0]))).toBe(true);
      found.set(Key, bytes[0] ?? -1);
    }
    for (const [key, byte] of acknowledged) expect(found.get(key)).toBe(byte);
  }
});
