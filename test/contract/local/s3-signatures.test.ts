import { randomUUID } from 'node:crypto';
import { createConnection, createServer } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CREDENTIALS } from './children.ts';
import { Bucket, clientOf, refusal, s3UnderTest } from './s3-under-test.ts';

const { client, get, put, read, url } = s3UnderTest();

describe('signatures', () => {
  it('are required, right and ours', async () => {
    await put('secret', 'x');
    const other = (credentials: typeof CREDENTIALS) =>
      refusal(clientOf(url(), credentials).send(new GetObjectCommand({ Bucket, Key: 'secret' })));
    expect(await other({ ...CREDENTIALS, secretAccessKey: 'guess' })).toBe(
      '403 SignatureDoesNotMatch',
    );
    expect(await other({ ...CREDENTIALS, accessKeyId: 'AKIAOTHER' })).toBe(
      '403 InvalidAccessKeyId',
    );
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(`${url()}/${Bucket}/secret`, { method })).status).toBe(403);
    expect(await read('secret')).toBe('x');
  });

  it('presigned: serve until they expire and not a character changed', async () => {
    await put('shared', 'for you', { Metadata: { who: 'ada' } });
    const command = new GetObjectCommand({
      Bucket,
      Key: 'shared',
      ResponseContentType: 'text/csv',
    });
    const url = await getSignedUrl(client(), command, { expiresIn: 60 });
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(await response.text()).toBe('for you');

    expect((await fetch(url.replace('shared', 'report.json'))).status).toBe(403);
    expect((await fetch(url.replace('Expires=60', 'Expires=600'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    const signingDate = new Date(Date.now() - 61_000);
    const expired = await fetch(
      await getSignedUrl(client(), command, { expiresIn: 60, signingDate }),
    );
    expect(expired.status).toBe(403);
    expect(await expired.text()).toContain('Request has expired');
  });

  it('presigned: take an upload, but no header that was not signed', async () => {
    const command = new PutObjectCommand({ Bucket, Key: 'uploaded', Metadata: { who: 'ada' } });
    const url = await getSignedUrl(client(), command, { expiresIn: 60 });
    const added = { 'x-amz-meta-who': 'mallory' };
    expect((await fetch(url, { method: 'PUT', body: 'bytes', headers: added })).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'bytes' })).status).toBe(200);
    expect(await get('uploaded')).toMatchObject({ ContentLength: 5, Metadata: { who: 'ada' } });
  });

  it.each([
    ['the body of a plain request', () => 'honest bytes', '400 XAmzContentSHA256Mismatch'],
    ['the body of a streamed request', () => Readable.from(['honest bytes']), '400 BadDigest'],
  ])('notice %s changed on the way, and keep nothing of it', async (_, body, expected) => {
    const tampered = clientOf(await tamper(url(), ['honest', 'forged']));
    const key = randomUUID();
    const command = new PutObjectCommand({ Bucket, Key: key, Body: body(), ContentLength: 12 });
    expect(await refusal(tampered.send(command))).toBe(expected);
    expect(await refusal(get(key))).toBe('404 NoSuchKey');
  });

  it('notice a header changed on the way', async () => {
    const tampered = clientOf(await tamper(url(), ['seller-ada', 'seller-eve']));
    const Metadata = { seller: 'seller-ada' };
    const command = new PutObjectCommand({ Bucket, Key: 'bill', Body: 'x', Metadata });
    expect(await refusal(tampered.send(command))).toBe('403 SignatureDoesNotMatch');
  });
});

/** A wire to `url` on which somebody replaces one word of a request by another. */
async function tamper(url: string, [word, other]: [string, string]): Promise<string> {
  const server = createServer((near) => {
    const far = createConnection(Number(new URL(url).port), '127.0.0.1');
    const changing = new Transform({
      transform: (chunk: Buffer, _, done) => {
        done(null, Buffer.from(chunk.toString('latin1').replaceAll(word, other), 'latin1'));
      },
    });
    near.pipe(changing).pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${String(port)}`;
}
