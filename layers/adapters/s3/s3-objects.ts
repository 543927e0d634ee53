import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectHead, Objects } from '#core/ports/objects.ts';
import { type Content, PART_BYTES, type PartsOptions, writeParts } from './parts.ts';

const MAX_READ_BYTES = 8 * 1024 * 1024;
/** As many as one DeleteObjects request takes. */
const MAX_DELETED = 1000;

/** One S3 bucket. Only a key that is not there is absent; every other failure throws. */
export class S3Objects implements Objects {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async open(
    key: string,
    { eTag, from = 0 }: { readonly eTag?: string; readonly from?: number } = {},
  ): Promise<AsyncIterable<Uint8Array> | 'changed' | undefined> {
    try {
      const { Body } = await this.#s3.send(
        new GetObjectCommand({
          ...this.#at(key),
          ...(eTag === undefined ? {} : { IfMatch: `"${eTag}"` }),
          ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
        }),
      );
      if (Body instanceof Readable) return Body;
    } catch (error) {
      if (isStatus(error, 412)) return 'changed';
      if (isAbsent(error)) return undefined;
      throw error;
    }
    throw new Error(`S3 answered without a stream for ${key}.`);
  }

  async read(key: string, maxBytes = MAX_READ_BYTES): Promise<Uint8Array | undefined> {
    const body = await this.open(key);
    if (body === undefined || body === 'changed') return undefined;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`The object ${key} is larger than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    try {
      const head = await this.#s3.send(new HeadObjectCommand(this.#at(key)));
      return { key, size: head.ContentLength ?? 0, eTag: unquoted(head.ETag) };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async write(key: string, body: AsyncIterable<Uint8Array>, contentType: string): Promise<void> {
    const params = { ...this.#at(key), Body: Readable.from(body), ContentType: contentType };
    await new Upload({ client: this.#s3, params, queueSize: 1, partSize: PART_BYTES }).done();
  }

  /** Writes what can be read again; a large one goes on where a killed process left it. */
  async writeContent(key: string, content: Content, options: PartsOptions): Promise<void> {
    if (content.size > PART_BYTES) {
      await writeParts({ s3: this.#s3, ...this.#at(key) }, content, options);
    } else {
      await this.put(key, await content.read(0, content.size), options);
    }
  }

  async put(
    key: string,
    body: Uint8Array,
    options: { readonly contentType: string; readonly ifAbsent?: boolean },
  ): Promise<boolean> {
    const { contentType, ifAbsent = false } = options;
    try {
      await this.#s3.send(
        new PutObjectCommand({
          ...this.#at(key),
          Body: body,
          ContentType: contentType,
          ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (ifAbsent && isStatus(error, 412)) return false;
      throw error;
    }
  }

  async *list(
    prefix: string,
    { after }: { readonly after?: string } = {},
  ): AsyncIterable<ObjectHead & { readonly modified: Date }> {
    const pages = paginateListObjectsV2(
      { client: this.#s3 },
      {
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(after === undefined ? {} : { StartAfter: after }),
      },
    );
    for await (const { Contents = [] } of pages) {
      for (const { Key, Size = 0, ETag, LastModified } of Contents) {
        if (Key === undefined || LastModified === undefined) continue;
        yield { key: Key, size: Size, eTag: unquoted(ETag), modified: LastModified };
      }
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += MAX_DELETED) {
      const Objects = keys.slice(at, at + MAX_DELETED).map((Key) => ({ Key }));
      const { Errors = [] } = await this.#s3.send(
        new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first) throw new Error(`S3 did not delete ${first.Key}: ${first.Message}`);
    }
  }

  presign(key: string, seconds: number, fileName: string): Promise<string> {
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`;
    const command = new GetObjectCommand({
      ...this.#at(key),
      ResponseContentDisposition: disposition,
    });
    return getSignedUrl(this.#s3, command, { expiresIn: seconds });
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }
}

function unquoted(eTag: string | undefined): string {
  return eTag?.replaceAll('"', '') ?? '';
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

/** A missing bucket is a 404 too, but no absent object. HEAD answers have no body and so no other name than NotFound. */
function isAbsent(error: unknown): boolean {
  return (
    isStatus(error, 404) && error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name)
  );
}
