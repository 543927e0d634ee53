import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { x402Client } from '@x402/core/client';
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from '@x402/core/http';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { verifyTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdictTypedData } from '#adapters/evm/verdict.ts';
import { objectKey } from '#contract/keys.ts';
import type { Delivery, DeliveryEvidence } from '#contract/products.ts';
import { AuditAnswer, SignedVerdict, VALIDATION, VALIDATOR } from '#contract/verdict.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { taskId } from '../../support/builders.ts';
import { walletOf } from '../chain/house.ts';
import { openShop, SELLER } from './shop.ts';
import { beat, corpus, LOG, validator } from './validator.ts';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** The seller hands over raw logs to juanjumagalp; `over` is what it promises beside the truth. */
async function handOver(
  n: number,
  records: readonly unknown[] = LOG,
  over: Partial<DeliveryEvidence> = {},
): Promise<DeliveryEvidence> {
  const body = gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const evidence: DeliveryEvidence = {
    v: 1,
    product: 'raw_logs',
    version: `v${n}`,
    deliveryUrl: `${shop.url}/deliveries/${taskId(n)}?seller=${SELLER}`,
    sha256: createHash('sha256').update(body).digest('hex'),
    bytes: body.byteLength,
    records: records.length,
    from: LOG[0]!.ts,
    to: LOG.at(-1)!.ts,
    inputs: [{ product: 'corpus', version: corpus.version }],
    ...over,
  };
  const key = objectKey.product(SELLER, 'raw_logs', `v${n}/data.ndjson.gz`);
  await shop.objects.put(key, body, { contentType: 'application/gzip' });
  const delivery: Delivery = {
    v: 1,
    taskId: taskId(n),
    buyer: walletOf(6).address,
    key,
    fileName: 'raw_logs.ndjson.gz',
    evidence,
  };
  const json = new TextEncoder().encode(JSON.stringify(delivery));
  const at = objectKey.delivery(SELLER, taskId(n));
  await shop.objects.put(at, json, { contentType: 'application/json' });
  return evidence;
}

const urlOf = (n: number, more = '') =>
  `${shop.url}/products/${VALIDATOR}/validation?task=${taskId(n)}&seller=${SELLER}${more}`;

async function payFor(url: string): Promise<(at?: string) => Promise<Response>> {
  const demand = await fetch(url);
  const required = decodePaymentRequiredHeader(demand.headers.get('payment-required') ?? '');
  const signer = privateKeyToAccount(devPrivateKey(6));
  const client = new x402Client().register(shop.network.caip2, new ExactEvmScheme(signer));
  const header = encodePaymentSignatureHeader(await client.createPaymentPayload(required));
  return (at = url) => fetch(at, { headers: { 'payment-signature': header } });
}

async function bought(url: string) {
  const answer = await (await payFor(url))();
  expect(answer.status).toBe(200);
  return AuditAnswer.parse(await answer.json());
}

describe('validation', () => {
  it('is in the catalogue, costs its price, and says how to ask', async () => {
    await handOver(1);
    const { products } = (await (await fetch(`${shop.url}/products`)).json()) as {
      products: { product: string }[];
    };
    expect(products.find(({ product }) => product === 'validation')).toMatchObject({
      agent: VALIDATOR,
      priceUsdc: '0.001',
    });
    const demand = await fetch(urlOf(1));
    expect(demand.status).toBe(402);
    const required = decodePaymentRequiredHeader(demand.headers.get('payment-required') ?? '');
    expect(required.accepts[0]).toMatchObject({ amount: '1000', payTo: validator.address });

    const silent = await fetch(`${shop.url}/products/${VALIDATOR}/validation`);
    expect([silent.status, await silent.json()]).toEqual([
      400,
      { detail: expect.stringContaining('?task=<task id>&seller=<agent id>') as string },
    ]);
    const hostile = `${shop.url}/products/${VALIDATOR}/validation?task=${taskId(1)}&seller=${SELLER}`;
    expect((await fetch(hostile.replace(taskId(1), taskId(77)))).status).toBe(404);
    expect((await fetch(hostile.replace(SELLER, 'kk-nobody'))).status).toBe(404);
  });

  it('answers one payment with one verdict, signed by the validator in its own beat', async () => {
    const evidence = await handOver(2);
    const pay = await payFor(urlOf(2));
    const before = shop.wakeUps.length;

    const answers = await Promise.all(Array.from({ length: 8 }, () => pay()));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    const { url, verdictId } = AuditAnswer.parse(bodies[0]);
    expect((await fetch(url)).status).toBe(404);
    expect(new Set(shop.wakeUps.slice(before)).size).toBe(1);

    expect(await beat(shop)).toHaveLength(1);
    expect(await beat(shop)).toEqual([]);

    const { verdict, signature } = SignedVerdict.parse(await (await fetch(url)).json());
    expect(verdict).toMatchObject({
      id: verdictId,
      taskId: taskId(2),
      seller: SELLER,
      sha256: evidence.sha256,
      records: 1500,
      score: 100,
      reasons: [],
    });
    const signed = verdictTypedData(shop.network, verdict);
    const address = validator.address;
    expect(await verifyTypedData({ address, signature, ...signed })).toBe(true);
    const forged = verdictTypedData(shop.network, { ...verdict, score: 99 });
    expect(await verifyTypedData({ address, signature, ...forged })).toBe(false);
    expect(AuditAnswer.parse(await (await pay()).json())).toEqual(bodies[0]);
  });

  it('takes no payment for another delivery', async () => {
    await handOver(3);
    const pay = await payFor(urlOf(2));
    expect((await pay()).status).toBe(200);

    const reused = await pay(urlOf(3));

    expect(reused.status).toBe(402);
    const required = decodePaymentRequiredHeader(reused.headers.get('payment-required') ?? '');
    expect(required.error).toBe('payment_used_for_another_product');
    await beat(shop);
  });

  it.each<[string, string, () => Promise<string>]>([
    [
      'a fake that says one thing over and over',
      'constant',
      async () => {
        const text = 'gm';
        await handOver(
          10,
          LOG.map((record) => ({ ...record, text })),
        );
        return urlOf(10);
      },
    ],
    [
      'fewer records than promised',
      'wrong-count',
      async () => {
        await handOver(11, LOG.slice(0, 1200), { records: 1500 });
        return urlOf(11);
      },
    ],
    [
      'other bytes than promised',
      'wrong-hash',
      async () => {
        await handOver(12, LOG, { sha256: 'ab'.repeat(32) });
        return urlOf(12);
      },
    ],
    [
      'another hash than the buyer was told',
      'wrong-hash',
      async () => {
        await handOver(13);
        return urlOf(13, `&sha256=${'cd'.repeat(32)}`);
      },
    ],
    [
      'an address that is not at the storefront',
      'not-there',
      async () => {
        const deliveryUrl = `http://169.254.169.254/deliveries/${taskId(14)}?seller=${SELLER}`;
        await handOver(14, LOG, { deliveryUrl });
        return urlOf(14);
      },
    ],
  ])('condemns %s', async (_what, reason, order) => {
    const { url } = await bought(await order());

    await beat(shop);

    const { verdict } = SignedVerdict.parse(await (await fetch(url)).json());
    expect(verdict.score).toBe(0);
    expect(verdict.reasons[0]).toMatch(new RegExp(`^${reason}: `));
  });

  it('holds it against goods that they rest on an older corpus', async () => {
    await handOver(20, LOG.slice(0, 1400), {
      to: LOG[1399]!.ts,
      inputs: [{ product: 'corpus', version: 'ee'.repeat(32) }],
    });
    const { url } = await bought(urlOf(20));

    await beat(shop);

    const { verdict } = SignedVerdict.parse(await (await fetch(url)).json());
    expect(verdict).toMatchObject({
      score: 85,
      reasons: [expect.stringMatching(/^stale: /) as string],
    });
  });

  it('waits while goods are out of reach, and judges them in the end', async () => {
    await handOver(21);
    const { url } = await bought(urlOf(21));

    expect(await beat(shop, { isDown: true })).toEqual(['unreachable']);
    expect((await fetch(url)).status).toBe(404);
    await beat(shop, { isDown: true, isLast: true });

    const { verdict } = SignedVerdict.parse(await (await fetch(url)).json());
    expect(verdict).toMatchObject({
      score: 0,
      reasons: [expect.stringMatching(/^unreachable: /) as string],
    });
  });

  it('was earned: the validator’s payments are booked as income', async () => {
    const { entries } = await shop.books.of(VALIDATOR);
    expect(entries.length).toBeGreaterThan(5);
    for (const { postings } of entries)
      expect(postings.map(({ account, amount }) => [account, amount])).toContainEqual([
        'wallet',
        VALIDATION.price,
      ]);
  });
});
