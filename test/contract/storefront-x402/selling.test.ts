import { x402Client } from '@x402/core/client';
import {
  decodePaymentRequiredHeader,
  decodePaymentResponseHeader,
  encodePaymentSignatureHeader,
} from '@x402/core/http';
import type { PaymentPayload } from '@x402/core/types';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { objectKey } from '#contract/keys.ts';
import { PaidAnswer, type X402Payment } from '#contract/x402.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { walletOf } from '../chain/house.ts';
import { openShop, SELLER } from './shop.ts';

const PRICE = 10_000n;
let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(() => {
  Object.assign(shop.facilitator.state, { isDown: false, losesAnswers: false, settlements: 0 });
});

const balances = () =>
  Promise.all([6, 1].map((index) => shop.house.chain.balanceOf(walletOf(index).address)));

/** The official client's answer to the 402 of our door. */
async function signed(): Promise<PaymentPayload> {
  const demand = await fetch(shop.doorUrl);
  const required = decodePaymentRequiredHeader(demand.headers.get('payment-required') ?? '');
  const client = new x402Client().register(
    shop.network.caip2,
    new ExactEvmScheme(privateKeyToAccount(devPrivateKey(6))),
  );
  return client.createPaymentPayload(required);
}

const pay = (payload: PaymentPayload, url = shop.doorUrl) =>
  fetch(url, { headers: { 'payment-signature': encodePaymentSignatureHeader(payload) } });

const goodsIn = async (response: Response) => {
  const { url, ...goods } = PaidAnswer.parse(await response.json());
  return { url, goods };
};

const reasonIn = (response: Response) =>
  decodePaymentRequiredHeader(response.headers.get('payment-required') ?? '').error;

const openSales = async () => {
  const { payments } = await shop.agents.load(SELLER, { day: '2026-11-21', generation: undefined });
  return payments ?? [];
};

describe('direct door', () => {
  it('lists what is on the shelf with its price tag, and nothing else', async () => {
    const { products } = (await (await fetch(`${shop.url}/products`)).json()) as {
      products: Record<string, unknown>[];
    };

    expect(products.map(({ product }) => product)).toEqual(['raw_logs', 'validation']);
    expect(products[0]).toMatchObject({
      agent: SELLER,
      product: 'raw_logs',
      priceUsdc: '0.01',
      version: shop.manifest.version,
      records: 1234,
      url: shop.doorUrl,
      sample: shop.manifest.sample,
    });
  });

  it('shows the same to who has not paid, with the price', async () => {
    const { products } = (await (await fetch(`${shop.url}/products`)).json()) as {
      products: Record<string, unknown>[];
    };
    expect(await (await fetch(shop.doorUrl)).json()).toEqual(products[0]);
  });

  it('asks for the price, paid before it serves, to the wallet of the seller', async () => {
    const demand = await fetch(shop.doorUrl);

    expect(demand.status).toBe(402);
    const required = decodePaymentRequiredHeader(demand.headers.get('payment-required') ?? '');
    expect(required).toMatchObject({
      x402Version: 2,
      resource: { url: shop.doorUrl, mimeType: 'application/json' },
      accepts: [
        {
          scheme: 'exact',
          network: 'eip155:84532',
          amount: '10000',
          payTo: walletOf(1).address,
          extra: { name: 'USDC', version: '2', paymentFlow: 'upfront' },
        },
      ],
      extensions: { bazaar: { info: { input: { type: 'http', method: 'GET' } } } },
    });
  });

  it('sells to the official client: money moves once, and the goods are behind the address', async () => {
    const [buyer, seller] = await balances();

    const answer = await pay(await signed());

    expect(answer.status).toBe(200);
    const receipt = decodePaymentResponseHeader(answer.headers.get('payment-response') ?? '');
    expect(receipt).toMatchObject({ success: true, payer: walletOf(6).address });
    const { goods, url } = await goodsIn(answer);
    expect(goods).toEqual({
      product: 'raw_logs',
      seller: SELLER,
      version: shop.manifest.version,
      sha256: shop.manifest.sha256,
      bytes: 4,
      records: 1234,
      pseudonymised: true,
    });
    expect(await (await fetch(url)).text()).toBe('data');
    expect(await balances()).toEqual([buyer! - PRICE, seller! + PRICE]);
    const { payment } = (await openSales()).at(-1)!;
    expect(await shop.payments.paymentOf(payment)).toEqual({ tx: receipt.transaction });
  });

  it('makes one settlement and one sale of eight at once, and gives the same answer again', async () => {
    const [buyer] = await balances();
    const sales = (await openSales()).length;
    const payload = await signed();

    const answers = await Promise.all(Array.from({ length: 8 }, () => pay(payload)));
    const again = await pay(payload);

    expect([...answers, again].map(({ status }) => status)).toEqual(new Array(9).fill(200));
    const bought = await Promise.all([...answers, again].map(goodsIn));
    expect(new Set(bought.map(({ goods }) => JSON.stringify(goods))).size).toBe(1);
    const receipts = [...answers, again].map(({ headers }) => headers.get('payment-response'));
    expect(new Set(receipts).size).toBe(1);
    expect(shop.facilitator.state.settlements).toBe(1);
    expect((await balances())[0]).toBe(buyer! - PRICE);
    expect((await openSales()).length).toBe(sales + 1);
  });

  it('asks what the seller wrote on the tag, and gives what was paid for at the old price', async () => {
    const write = (price?: string) =>
      shop.objects.put(
        objectKey.newest(SELLER, 'raw_logs'),
        new TextEncoder().encode(JSON.stringify({ ...shop.manifest, price })),
        { contentType: 'application/json' },
      );
    const [paid, late] = [await signed(), await signed()];
    expect((await pay(paid)).status).toBe(200);
    const [buyer] = await balances();
    try {
      await write('51723');
      expect(await (await fetch(shop.doorUrl)).json()).toMatchObject({ priceUsdc: '0.051723' });
      expect((await pay(late)).status).toBe(402);
      expect((await goodsIn(await pay(paid))).goods).toMatchObject({ product: 'raw_logs' });
      expect((await balances())[0]).toBe(buyer);

      expect((await pay(await signed())).status).toBe(200);
      expect((await balances())[0]).toBe(buyer! - 51_723n);
    } finally {
      await write();
    }
  });

  it('says unavailable, not refused, when the facilitator is down, and takes the payment later', async () => {
    const [buyer] = await balances();
    const payload = await signed();
    shop.facilitator.state.isDown = true;

    const down = await pay(payload);

    expect([down.status, await down.json()]).toMatchObject([
      503,
      { detail: expect.stringContaining('send the same payment again') as string },
    ]);
    expect((await balances())[0]).toBe(buyer);
    shop.facilitator.state.isDown = false;
    expect((await pay(payload)).status).toBe(200);
    expect((await balances())[0]).toBe(buyer! - PRICE);
  });

  it('asks the chain when the settlement was made and its answer lost', async () => {
    const [buyer] = await balances();
    const payload = await signed();
    shop.facilitator.state.losesAnswers = true;

    const answer = await pay(payload);

    expect(answer.status).toBe(200);
    expect((await pay(payload)).status).toBe(200);
    expect((await balances())[0]).toBe(buyer! - PRICE);
    expect(shop.facilitator.state.settlements).toBe(1);
  });

  it('serves a payment that somebody else sent to the chain before us', async () => {
    const [buyer] = await balances();
    const payload = await signed();
    const body = JSON.stringify({
      x402Version: 2,
      paymentPayload: payload,
      paymentRequirements: payload.accepted,
    });
    const sent = await fetch(`${shop.house.url}/settle`, { method: 'POST', body });
    expect(await sent.json()).toMatchObject({ success: true });

    expect((await pay(payload)).status).toBe(200);
    expect((await balances())[0]).toBe(buyer! - PRICE);
  });

  it('gives goods to nobody who only knows a used nonce', async () => {
    const payload = await signed();
    await pay(payload);
    const forged = structuredClone(payload);
    forged.payload['signature'] = (await signed()).payload['signature'];

    const answer = await pay(forged);

    expect([answer.status, reasonIn(answer)]).toEqual([402, 'invalid_signature']);
  });

  it.each([
    ['nonsense', 'invalid_payment_header'],
    [Buffer.from('{"x402Version":2}').toString('base64'), 'invalid_payment_header'],
  ])('refuses %s with a word', async (header, reason) => {
    const answer = await fetch(shop.doorUrl, { headers: { 'payment-signature': header } });

    expect([answer.status, reasonIn(answer)]).toEqual([402, reason]);
  });

  it('refuses less than the price, another payee and another asset, writing nothing down', async () => {
    const sales = (await openSales()).length;
    for (const [field, value, reason] of [
      ['value', '9999', 'invalid_exact_evm_payload_value_mismatch'],
      ['to', walletOf(2).address, 'invalid_exact_evm_payload_recipient_mismatch'],
      ['validBefore', '99999999999999999999', 'invalid_signature'],
    ] as const) {
      const payload = await signed();
      (payload.payload['authorization'] as Record<string, unknown>)[field] = value;
      const answer = await pay(payload);
      expect([answer.status, reasonIn(answer)]).toEqual([402, reason]);
    }
    const payload = await signed();
    payload.accepted.asset = walletOf(2).address;
    expect(reasonIn(await pay(payload))).toBe('payment_does_not_match_the_offer');
    expect((await openSales()).length).toBe(sales);
  });

  it('shows the card of each agent, and of nobody else', async () => {
    const response = await fetch(`${shop.url}/agents/${SELLER}/card.json`);

    expect(await response.json()).toMatchObject({
      name: SELLER,
      role: 'collector',
      wallet: walletOf(1).address,
      services: [
        { name: 'x402', endpoint: shop.doorUrl, priceUsdc: '0.01' },
        { product: 'user_stats', priceUsdc: '0.03' },
        { product: 'topic_map', priceUsdc: '0.02' },
      ],
    });
    expect((await fetch(`${shop.url}/agents/nobody/card.json`)).status).toBe(404);
  });

  it('knows no other products', async () => {
    expect((await fetch(`${shop.url}/products/${SELLER}/soul_profiles`)).status).toBe(404);
    expect((await fetch(`${shop.url}/products/kk-soul-extractor/soul_profiles`)).status).toBe(404);
    expect((await fetch(`${shop.url}/products/nobody/raw_logs`)).status).toBe(404);
  });
});

describe('payments on the chain', () => {
  it('shows none for a nonce that is unused', async () => {
    const payment: X402Payment = {
      network: shop.network.caip2,
      asset: shop.network.usdc,
      from: walletOf(6).address,
      to: walletOf(1).address,
      nonce: `0x${'77'.repeat(32)}`,
      amount: PRICE,
      validBefore: 1,
    };
    expect(await shop.payments.paymentOf(payment)).toBeUndefined();
  });
});
