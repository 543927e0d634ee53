import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDelivery, type DeliveryCheck } from '#adapters/products/check-delivery.ts';
import type { DeliveryEvidence } from '#contract/products.ts';
import { aLog } from '../../support/log.ts';
import { collect, streamed } from '../../support/messages.ts';
import { fileStore, type Store, s3Store } from '../../support/stores.ts';

const LOG = aLog(2000);
const NOW = new Date('2026-01-01T00:00:00Z');

interface Fake {
  readonly records?: readonly unknown[];
  /** What is sent, when it is not the records' gzip. */
  readonly bytes?: Uint8Array;
  readonly evidence?: Partial<DeliveryEvidence>;
  readonly check?: Partial<DeliveryCheck>;
}

/** An honest delivery of raw logs; override what is fake about it. */
function delivery({ records = LOG, bytes, evidence = {}, check = {} }: Fake = {}): DeliveryCheck {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const body = bytes ?? gzipSync(text);
  return {
    evidence: {
      v: 1,
      product: 'raw_logs',
      version: '00112233aabbccdd',
      deliveryUrl: 'https://shop.example/deliveries/1',
      sha256: createHash('sha256').update(body).digest('hex'),
      bytes: body.byteLength,
      records: records.length,
      from: LOG[0]!.ts,
      to: LOG.at(-1)!.ts,
      inputs: [{ product: 'corpus', version: 'c1' }],
      ...evidence,
    },
    body: streamed(chunked(body)),
    minimumRecords: 1000,
    maxBytes: 50_000_000,
    expected: { product: 'raw_logs', now: NOW },
    ...check,
  };
}

function chunked(bytes: Uint8Array): Uint8Array[] {
  const pieces = Math.ceil(bytes.byteLength / 4096);
  return Array.from({ length: pieces }, (_, at) => bytes.subarray(at * 4096, (at + 1) * 4096));
}

function gzipOf(text: string | Uint8Array): Uint8Array {
  return gzipSync(text);
}

const HONEST = gzipOf(LOG.map((record) => `${JSON.stringify(record)}\n`).join(''));
const HALF = HONEST.subarray(0, HONEST.byteLength / 2);
const BLOATED = `${JSON.stringify({ ...LOG[0]!, text: 'a'.repeat(4000) })}\n`;
const swapped = [LOG[1]!, LOG[0]!, ...LOG.slice(2)];

const FAKES: readonly [reason: string, what: string, fake: Fake][] = [
  ['wrong-product', 'another product', { evidence: { product: 'skill_profiles' } }],
  [
    'already-bought',
    'a version bought before',
    {
      check: { expected: { product: 'raw_logs', now: NOW, boughtVersions: ['00112233aabbccdd'] } },
    },
  ],
  ['no-inputs', 'goods out of nothing', { evidence: { inputs: [] } }],
  ['bad-dates', 'messages of the future', { evidence: { to: '2027-01-01T00:00:00Z' } }],
  ['bad-dates', 'no dates', { evidence: { from: 'yesterday' } }],
  ['too-few', 'too few records', { records: LOG.slice(0, 10) }],
  ['too-large', 'more bytes than are taken', { check: { maxBytes: 100 } }],
  ['wrong-size', 'more bytes than promised', { evidence: { bytes: 5000 } }],
  ['wrong-size', 'fewer bytes than promised', { evidence: { bytes: 5_000_000 } }],
  ['wrong-hash', 'other bytes', { evidence: { sha256: 'a'.repeat(64) } }],
  ['not-gzip', 'a gzip that is cut', { bytes: HALF }],
  ['not-gzip', 'plain text', { bytes: new TextEncoder().encode(JSON.stringify(LOG)) }],
  ['bomb', 'a bomb', { bytes: gzipOf(BLOATED.repeat(5000)), evidence: { records: 1000 } }],
  [
    'bad-record',
    'text that is not UTF-8',
    { bytes: gzipOf(new Uint8Array([0x22, 0xff, 0xfe])), evidence: { records: 1000 } },
  ],
  [
    'bad-record',
    'one endless line',
    { bytes: gzipOf(randomText(1_500_000)), evidence: { records: 1000 } },
  ],
  [
    'bad-record',
    'records that are no JSON',
    { bytes: gzipOf('hello\n'.repeat(2000)), evidence: { records: 2000 } },
  ],
  [
    'bad-record',
    'records of another shape',
    { records: LOG.map(({ user, text }) => ({ user, text })) },
  ],
  ['bad-record', 'a time that is none', { records: [{ ...LOG[0], ts: 'now' }, ...LOG] }],
  ['unordered', 'messages out of order', { records: swapped }],
  ['wrong-count', 'fewer records than promised', { evidence: { records: 2001 } }],
  ['wrong-count', 'more records than promised', { evidence: { records: 1999 } }],
  ['wrong-dates', 'a longer range than there is', { evidence: { from: '2020-01-01T00:00:00Z' } }],
  [
    'constant',
    'one message again and again',
    { records: LOG.map((record) => ({ ...record, text: 'gm' })) },
  ],
];

describe('checkDelivery', () => {
  it('accepts what is as promised', async () => {
    const check = delivery();
    expect(await checkDelivery(check)).toMatchObject({
      ok: true,
      records: 2000,
      users: 20,
      sha256: check.evidence.sha256,
      score: 100,
    });
  });

  it.each(FAKES)('refuses as %s: %s', async (reason, _what, fake) => {
    expect(await checkDelivery(delivery(fake))).toMatchObject({ ok: false, reason });
  });

  it('rates records that say nothing', async () => {
    const records = LOG.map((record, n) => (n % 2 === 0 ? record : { ...record, text: ' ' }));
    expect(await checkDelivery(delivery({ records }))).toMatchObject({ ok: true, score: 90 });
  });

  it('stops reading at the first byte too many', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1;
        yield await Promise.resolve(HONEST);
      }
    }
    const verdict = await checkDelivery(delivery({ check: { body: endless() } }));
    expect(verdict).toMatchObject({ ok: false, reason: 'wrong-size' });
    expect(sent).toBe(2);
  });

  it('throws when the body breaks off: that says nothing about the goods', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(HALF);
      throw new Error('connection reset');
    }
    await expect(checkDelivery(delivery({ check: { body: broken() } }))).rejects.toThrow(
      'connection reset',
    );
  });

  it('throws when the sink fails or stops early', async () => {
    const full = () => Promise.reject(new Error('disk full'));
    await expect(checkDelivery(delivery({ check: { sink: full } }))).rejects.toThrow('disk full');
    const lazy = () => Promise.resolve();
    await expect(checkDelivery(delivery({ check: { sink: lazy } }))).rejects.toThrow('to its end');
  });
});

describe.each([
  ['files', fileStore],
  ['S3', s3Store],
])('a delivery stored on %s', (_name, open) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  const into = (key: string): Partial<DeliveryCheck> => ({
    sink: (body) => store.objects.write(key, body, 'application/gzip'),
  });

  it('is kept byte for byte when it is good', async () => {
    expect(await checkDelivery(delivery({ check: into('good') }))).toMatchObject({ ok: true });
    const kept = await store.objects.open('good');
    expect(Buffer.concat(await collect(kept as AsyncIterable<Uint8Array>))).toEqual(
      Buffer.from(HONEST),
    );
  });

  it.each(FAKES)('is not kept when it is %s: %s', async (reason, what, fake) => {
    const verdict = await checkDelivery(
      delivery({ ...fake, check: { ...fake.check, ...into(what) } }),
    );
    expect(verdict).toMatchObject({ ok: false, reason });
    expect(await store.objects.head(what)).toBeUndefined();
  });
});

/** Text that no gzip makes small. */
function randomText(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}
