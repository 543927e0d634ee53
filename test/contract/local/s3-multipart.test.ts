import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { describe, expect, it } from 'vitest';
import { Bucket, refusal, s3UnderTest } from './s3-under-test.ts';

const { client, get, put, read } = s3UnderTest();

describe('multipart uploads', () => {
  const part = 5 * 1024 * 1024;
  const begin = async (Key: string) =>
    (
      await client().send(
        new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }),
      )
    ).UploadId;
  const send = async (
    Key: string,
    UploadId: string | undefined,
    [PartNumber, Body]: [number, Uint8Array],
  ) => {
    const { ETag } = await client().send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag };
  };

  it('become one object', async () => {
    const bytes = randomBytes(2 * part + 123);
    const params = {
      Bucket,
      Key: 'large',
      Body: Readable.from(chunksOf(bytes)),
      Metadata: { who: 'ada' },
    };
    const { ETag } = await new Upload({ client: client(), params, partSize: part }).done();
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const object = await get('large');
    expect(object).toMatchObject({ ETag, ContentLength: bytes.length, Metadata: { who: 'ada' } });
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(await read('large', { Range: `bytes=${String(part - 1)}-${String(part)}` })).toBe(
      bytes.subarray(part - 1, part + 1).toString(),
    );
  });

  it('are listed, refused when wrong, and gone when aborted', async () => {
    const [Key, small] = ['wrong', new Uint8Array(10)];
    const UploadId = await begin(Key);
    const first = await send(Key, UploadId, [1, small]);
    const second = await send(Key, UploadId, [2, small]);
    const listed = await client().send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts).toMatchObject([
      { ...first, Size: 10 },
      { ...second, Size: 10 },
    ]);
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      client().send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      );
    expect(await refusal(complete([first, second]))).toBe('400 EntityTooSmall');
    expect(await refusal(complete([second, first]))).toBe('400 InvalidPartOrder');
    expect(await refusal(complete([{ ...first, ETag: '"other"' }]))).toBe('400 InvalidPart');

    const ongoing = () => client().send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'wr' }));
    expect((await ongoing()).Uploads).toMatchObject([{ Key, UploadId }]);
    await client().send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect((await ongoing()).Uploads).toBeUndefined();
    expect(await refusal(send(Key, UploadId, [3, small]))).toBe('404 NoSuchUpload');
    expect(await refusal(get(Key))).toBe('404 NoSuchKey');
  });

  it('create under a condition like any write', async () => {
    const Key = 'once';
    const UploadId = await begin(Key);
    const Parts = [await send(Key, UploadId, [1, new Uint8Array(3)])];
    await put(Key, 'was first');
    const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
    expect(
      await refusal(
        client().send(new CompleteMultipartUploadCommand({ ...complete, IfNoneMatch: '*' })),
      ),
    ).toBe('412 PreconditionFailed');
    expect(await read(Key)).toBe('was first');
    await client().send(new CompleteMultipartUploadCommand(complete));
    expect(await read(Key)).toBe('\0\0\0');
  });
});

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
