import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket, refusal, s3UnderTest } from './s3-under-test.ts';

const { client, get, put, read } = s3UnderTest();

describe('objects', () => {
  it('come back as they were put, with their headers', async () => {
    const { ETag } = await put('report.json', '{"a":1}', {
      ContentType: 'application/json',
      ContentEncoding: 'identity',
      CacheControl: 'no-cache',
      Metadata: { agent: 'ada', version: '3' },
    });
    const object = await get('report.json');
    expect(await object.Body?.transformToString()).toBe('{"a":1}');
    expect(object).toMatchObject({
      ETag,
      ContentLength: 7,
      ContentType: 'application/json',
      ContentEncoding: 'identity',
      CacheControl: 'no-cache',
      Metadata: { agent: 'ada', version: '3' },
    });
    expect(ETag).toBe('"bb6cb5c68df4652941caf652a366f2d8"');
    const head = await client().send(new HeadObjectCommand({ Bucket, Key: 'report.json' }));
    expect(head).toMatchObject({ ETag, ContentLength: 7, Metadata: { agent: 'ada' } });
  });

  it('may be empty, replaced and deleted', async () => {
    await put('empty', new Uint8Array());
    expect(await read('empty')).toBe('');
    await put('empty', 'no longer');
    expect(await read('empty')).toBe('no longer');
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'empty' }));
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'empty' }));
    expect(await refusal(get('empty'))).toBe('404 NoSuchKey');
    expect(await refusal(client().send(new HeadObjectCommand({ Bucket, Key: 'empty' })))).toBe(
      '404 NotFound',
    );
  });

  it('may be streamed, with the checksum behind the body', async () => {
    const bytes = randomBytes(300_000);
    await put('streamed', Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), {
      ContentLength: bytes.length,
      ContentEncoding: 'gzip',
    });
    const object = await get('streamed');
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(object.ContentEncoding).toBe('gzip');
  });

  it('take any key', async () => {
    const keys = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      // HTTP clients resolve dot segments before they sign
      .filter((key) => !key.split('/').some((part) => ['', '.', '..'].includes(part)));
    await fc.assert(
      fc.asyncProperty(keys, fc.uint8Array({ maxLength: 50 }), async (key, body) => {
        await put(`any/${key}`, body);
        const stored = await (await get(`any/${key}`)).Body?.transformToByteArray();
        expect(stored).toEqual(body);
      }),
      { numRuns: 40 },
    );
    for (const key of ['a b', 'a+b', 'a%2Fb', "!'()*~", 'ñ/日本', '&<>"=?#']) {
      await put(key, key);
      expect(await read(key)).toBe(key);
    }
  });

  it('are copied with or without their metadata', async () => {
    await put('a source', 'text', { ContentType: 'text/plain', Metadata: { who: 'ada' } });
    const CopySource = `${Bucket}/${encodeURIComponent('a source')}`;
    await client().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await get('copy')).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { who: 'ada' },
    });
    const replaced = {
      CopySource,
      MetadataDirective: 'REPLACE',
      Metadata: { who: 'bob' },
    } as const;
    await client().send(new CopyObjectCommand({ Bucket, Key: 'copy', ...replaced }));
    expect(await get('copy')).toMatchObject({ ContentLength: 4, Metadata: { who: 'bob' } });
  });

  it('give ranges, and 416 beyond their end', async () => {
    await put('digits', '0123456789');
    const partly = await get('digits', { Range: 'bytes=2-4' });
    expect(partly.$metadata.httpStatusCode).toBe(206);
    expect(partly.ContentRange).toBe('bytes 2-4/10');
    expect(await partly.Body?.transformToString()).toBe('234');
    expect(await read('digits', { Range: 'bytes=7-' })).toBe('789');
    expect(await read('digits', { Range: 'bytes=-2' })).toBe('89');
    expect(await read('digits', { Range: 'bytes=8-100' })).toBe('89');
    expect(await refusal(get('digits', { Range: 'bytes=10-' }))).toBe('416 InvalidRange');
  });

  it('answer conditions and overridden headers on reading', async () => {
    const { ETag } = await put('conditional', 'x');
    expect(await refusal(get('conditional', { IfNoneMatch: ETag }))).toContain('304');
    expect(await read('conditional', { IfNoneMatch: '"other"' })).toBe('x');
    expect(await read('conditional', { IfMatch: ETag })).toBe('x');
    expect(await refusal(get('conditional', { IfMatch: '"other"' }))).toBe(
      '412 PreconditionFailed',
    );
    const object = await get('conditional', {
      ResponseContentType: 'text/csv',
      ResponseContentDisposition: 'attachment; filename="a.csv"',
    });
    expect(object.ContentType).toBe('text/csv');
    expect(object.ContentDisposition).toBe('attachment; filename="a.csv"');
  });
});

describe('conditional writes', () => {
  it('let exactly one of many creators win, and keep its bytes', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = `race/${randomUUID()}`;
      const racers = Array.from({ length: 20 }, async (_, racer) => {
        await put(key, `racer ${String(racer)}`, { IfNoneMatch: '*' });
        return `racer ${String(racer)}`;
      });
      const results = await Promise.allSettled(racers);
      const winners = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(winners).toHaveLength(1);
      expect(await read(key)).toBe(winners[0]);
    }
  });

  it('let exactly one of many replacers win', async () => {
    const { ETag } = await put('pointer', 'v0');
    const racers = Array.from({ length: 20 }, (_, n) =>
      put('pointer', `v${String(n + 1)}`, { IfMatch: ETag }),
    );
    const results = await Promise.allSettled(racers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusal(put('pointer', 'late', { IfMatch: ETag }))).toBe('412 PreconditionFailed');
    expect(await refusal(put('nothing', 'x', { IfMatch: ETag }))).toBe('404 NoSuchKey');
    expect(await refusal(put('pointer', 'x', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
  });
});
