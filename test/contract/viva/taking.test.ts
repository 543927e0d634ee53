import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { take } from '../../../scripts/viva/products.ts';
import { aFolder } from '../../support/folders.ts';

const data = gzipSync('{"a":1}\n{"a":2}\n');
const manifest = {
  sha256: createHash('sha256').update(data).digest('hex'),
  records: 2,
  bytes: data.length,
};

/** In small pieces, as a network may give them. */
function body(bytes: Buffer): AsyncIterable<Uint8Array> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_none, at) =>
    bytes.subarray(at * 7, at * 7 + 7),
  );
  return Readable.from(pieces);
}

describe('taking a product', () => {
  it('writes what was promised, and nothing beside it', async () => {
    const out = join(aFolder(), 'goods.gz');
    await take(body(data), manifest, { out, isForced: false });
    expect(readFileSync(out)).toEqual(data);
    expect(readdirSync(join(out, '..'))).toEqual(['goods.gz']);
  });

  it('never replaces a file without leave', async () => {
    const out = join(aFolder(), 'goods.gz');
    writeFileSync(out, 'mine');
    const taking = take(body(data), manifest, { out, isForced: false });
    await expect(taking).rejects.toThrow(/is there already: .*--force/);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    await take(body(data), manifest, { out, isForced: true });
    expect(readFileSync(out)).toEqual(data);
  });

  it.each([
    ['another hash', data, { ...manifest, sha256: '0'.repeat(64) }],
    ['another count', data, { ...manifest, records: 3 }],
    ['other bytes', Buffer.concat([data, gzipSync('{"a":3}\n')]), manifest],
  ])('keeps nothing of goods with %s', async (_what, bytes, promised) => {
    const folder = aFolder();
    const taking = take(body(bytes), promised, { out: join(folder, 'x'), isForced: false });
    await expect(taking).rejects.toThrow('not what the manifest promises');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['cut', data.subarray(0, data.length - 9)],
    ['no gzip', Buffer.from('{"a":1}\n{"a":2}\n')],
  ])('keeps nothing of goods that are %s, and says so in one sentence', async (_what, bytes) => {
    const folder = aFolder();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const promised = { ...manifest, sha256 };
    const taking = take(body(bytes), promised, { out: join(folder, 'x'), isForced: false });
    await expect(taking).rejects.toMatchObject({ name: 'CannotStart' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
