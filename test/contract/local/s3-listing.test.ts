import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket, refusal, s3UnderTest } from './s3-under-test.ts';

const { client, createBucket, put } = s3UnderTest();

describe('listing', () => {
  const listAll = async (
    bucket: string,
    options: { Prefix: string; Delimiter?: string; MaxKeys: number },
  ) => {
    const found: { keys: string[]; prefixes: string[]; sizes: number[] } = {
      keys: [],
      prefixes: [],
      sizes: [],
    };
    let ContinuationToken: string | undefined;
    do {
      const page = await client().send(
        new ListObjectsV2Command({ Bucket: bucket, ContinuationToken, ...options }),
      );
      found.keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      found.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      found.sizes.push(page.KeyCount ?? 0);
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    return found;
  };

  it('finds what a simple model finds, page by page', async () => {
    const bucket = 'listing';
    createBucket(bucket);
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '/', 'é', '\uFFFD', '😀'),
      minLength: 1,
      maxLength: 5,
    });
    const keys =
      fc.sample(fc.uniqueArray(name, { minLength: 60, maxLength: 60 }), {
        numRuns: 1,
        seed: 1,
      })[0] ?? [];
    for (const Key of keys)
      await client().send(new PutObjectCommand({ Bucket: bucket, Key, Body: '.' }));
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', 'a', 'b/', 'é', '/', '😀'),
        fc.constantFrom(undefined, '/', 'b'),
        fc.integer({ min: 1, max: 20 }),
        async (Prefix, Delimiter, MaxKeys) => {
          const matching = keys.filter((key) => key.startsWith(Prefix)).toSorted(byBytes);
          const cut = (key: string) => {
            const end = Delimiter === undefined ? -1 : key.indexOf(Delimiter, Prefix.length);
            return end < 0 ? undefined : key.slice(0, end + 1);
          };
          const found = await listAll(bucket, {
            Prefix,
            MaxKeys,
            ...(Delimiter !== undefined && { Delimiter }),
          });
          expect(found.keys).toEqual(matching.filter((key) => cut(key) === undefined));
          const prefixes = matching.map(cut).filter((prefix) => prefix !== undefined);
          expect(found.prefixes).toEqual([...new Set(prefixes)]);
          expect(found.sizes.every((size) => size <= MaxKeys)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('starts after a key and encodes names on request', async () => {
    for (const key of ['after/a b', 'after/é', 'after/z']) await put(key, '.');
    const page = await client().send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'after/',
        StartAfter: 'after/a b',
        EncodingType: 'url',
      }),
    );
    expect(page.Contents?.map(({ Key }) => Key)).toEqual(['after/z', 'after/%C3%A9']);
  });

  it('knows its buckets', async () => {
    await client().send(new CreateBucketCommand({ Bucket: 'second' }));
    const { Buckets } = await client().send(new ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual(expect.arrayContaining([Bucket, 'second']));
    await client().send(new HeadBucketCommand({ Bucket: 'second' }));
    expect(await refusal(client().send(new HeadBucketCommand({ Bucket: 'third' })))).toBe(
      '404 NotFound',
    );
    expect(await refusal(client().send(new ListObjectsV2Command({ Bucket: 'third' })))).toBe(
      '404 NoSuchBucket',
    );
    expect(() => {
      createBucket('Bad_Name');
    }).toThrow('use 3 to 63 lower-case letters');
  });

  it('deletes many at once', async () => {
    for (const key of ['many/1', 'many/<2>&']) await put(key, '.');
    const Objects = [{ Key: 'many/1' }, { Key: 'many/<2>&' }, { Key: 'many/none' }];
    const { Deleted } = await client().send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
    );
    expect(Deleted).toEqual(Objects);
    expect((await listAll(Bucket, { Prefix: 'many/', MaxKeys: 10 })).keys).toEqual([]);
  });
});
