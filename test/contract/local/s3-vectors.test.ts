import { createHmac } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { unchunk } from '../../../scripts/local/cloud/s3/chunked.ts';
import { targetOf } from '../../../scripts/local/cloud/s3/request.ts';
import { authenticate } from '../../../scripts/local/cloud/s3/signature.ts';

// The example key of the AWS documentation, published there for exactly this use.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = new Date('2013-05-24T00:00:00Z');

const check = (message: IncomingMessage) =>
  authenticate(message, targetOf(message), { credentials, now });

function request(method: string, url: string, headers: Record<string, string>): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), {
    method,
    url,
    headers: { host: 'examplebucket.s3.amazonaws.com', ...headers },
  });
}

describe("AWS's own examples of signatures", () => {
  it('sigv4-query-string-auth: a presigned GET', () => {
    const query = (signature: string) =>
      [
        '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256',
        'X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request',
        'X-Amz-Date=20130524T000000Z',
        'X-Amz-Expires=86400',
        'X-Amz-SignedHeaders=host',
        `X-Amz-Signature=${signature}`,
      ].join('&');
    const right = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    expect(check(request('GET', query(right), {})).payload).toBe('UNSIGNED-PAYLOAD');
    expect(() => check(request('GET', query(right.replace('a', 'b')), {}))).toThrow('signature');
  });

  it('sig-v4-header-based-auth: a GET with a range', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
    const headers = {
      authorization,
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
    };
    expect(check(request('GET', '/test.txt', headers)).payload).toBe(
      headers['x-amz-content-sha256'],
    );
    expect(() => check(request('GET', '/test.txt', { ...headers, range: 'bytes=0-99' }))).toThrow(
      'signature',
    );
  });

  it('sigv4-streaming: 65 KB in signed chunks', async () => {
    const hmac = (key: string | Buffer, value: string) =>
      createHmac('sha256', key).update(value).digest();
    const chain = {
      key: ['20130524', 'us-east-1', 's3', 'aws4_request'].reduce<Buffer>(
        hmac,
        Buffer.from(`AWS4${credentials.secretAccessKey}`),
      ),
      date: '20130524T000000Z',
      scope: '20130524/us-east-1/s3/aws4_request',
      signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    };
    const body = (letter: string) =>
      [
        '10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
        'a'.repeat(65_536),
        '400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
        letter.repeat(1024),
        '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
        '',
        '',
      ].join('\r\n');
    const decoded = async (text: string, pieceSize: number) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of unchunk(cut(text, pieceSize), chain)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    };
    for (const pieceSize of [1_000_000, 4096, 61])
      expect(await decoded(body('a'), pieceSize)).toBe('a'.repeat(66_560));
    await expect(decoded(body('b'), 4096)).rejects.toThrow('chunk signature');
    await expect(decoded(body('a').slice(0, 30_000), 4096)).rejects.toThrow('ended within a chunk');
  });
});

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) {
    await Promise.resolve();
    yield Buffer.from(text.slice(at, at + size));
  }
}
