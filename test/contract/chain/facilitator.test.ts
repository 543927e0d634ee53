import { x402Client } from '@x402/core/client';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { aPayment, network, startHouse, walletOf } from './house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

const balances = (...indices: number[]): Promise<bigint[]> =>
  Promise.all(indices.map((index) => house.chain.balanceOf(walletOf(index).address)));
const lock = async (info = aPayment()) =>
  house.facilitator.lock(info, await walletOf(6).signLock(info));

describe('facilitator, scheme escrow', () => {
  it('locks, shows the lock, and releases 87 % to the seller and 13 % to the operator', async () => {
    const info = aPayment();
    const [payer, seller] = await balances(6, 1);
    const fees = await house.chain.balanceOf(network.operator);

    const locked = await lock(info);

    expect(locked).toMatchObject({ kind: 'settled' });
    const { tx } = locked as { tx: `0x${string}` };
    expect(await house.chain.escrowState(info)).toEqual({ kind: 'locked', capturable: 100_000n });
    expect(await house.chain.lockIn(tx)).toEqual({ info, amount: 100_000n });
    expect(await house.chain.lockOf(info)).toEqual({ tx, amount: 100_000n });
    expect(await house.chain.closeOf(info)).toBeUndefined();
    expect(await balances(6, 1)).toEqual([payer! - 100_000n, seller]);

    const released = await house.market.release(info);

    expect(released).toMatchObject({ kind: 'settled' });
    expect(await balances(6, 1)).toEqual([payer! - 100_000n, seller! + 87_000n]);
    expect(await house.chain.balanceOf(network.operator)).toBe(fees + 13_000n);
    expect(await house.chain.escrowState(info)).toEqual({ kind: 'closed' });
    expect(await house.chain.closeOf(info)).toEqual({
      tx: (released as { tx: string }).tx,
      kind: 'captured',
    });
    expect(await house.chain.transfersIn((released as { tx: `0x${string}` }).tx)).toEqual([
      { from: network.escrow, to: network.operator, value: 13_000n },
      { from: network.escrow, to: walletOf(1).address, value: 87_000n },
    ]);
  });

  it('answers the same transaction however often it is asked, and takes the money once', async () => {
    const info = aPayment();
    const [before] = await balances(6);

    const locks = [...(await Promise.all([lock(info), lock(info)])), await lock(info)];
    const releases = [await house.market.release(info), await house.market.release(info)];

    expect(new Set(locks.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(locks[0]).toMatchObject({ kind: 'settled' });
    expect(releases[1]).toEqual(releases[0]);
    expect(await balances(6)).toEqual([before! - 100_000n]);
    expect(await house.market.refund(info)).toEqual({
      kind: 'refused',
      reason: 'already_captured',
    });
  });

  it('refunds the payer in full', async () => {
    const info = aPayment();
    const [before] = await balances(6);
    await lock(info);

    const refunded = await house.market.refund(info);

    expect(refunded).toMatchObject({ kind: 'settled' });
    expect(await balances(6)).toEqual([before]);
    expect(await house.chain.closeOf(info)).toEqual({
      tx: (refunded as { tx: string }).tx,
      kind: 'voided',
    });
    expect(await house.market.refund(info)).toEqual(refunded);
    expect(await house.market.release(info)).toEqual({ kind: 'refused', reason: 'already_voided' });
  });

  it('moves nothing out of an escrow without the signature of the market', async () => {
    const info = aPayment();
    await lock(info);

    expect(await house.facilitator.release(info)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('missing_headers') as string,
    });
    expect(await house.signedBy(6).release(info)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('not_the_market') as string,
    });
    expect(await house.signedBy(1).refund(info)).toMatchObject({ kind: 'unknown' });
    expect(await house.chain.escrowState(info)).toMatchObject({ kind: 'locked' });
  });

  it('takes each signature of the market once', async () => {
    const info = aPayment();
    await lock(info);
    const signed: RequestInit[] = [];
    const recording = house.signedBy(SERVICE_HD_INDEX.market, (request) => signed.push(request));
    await recording.release(info);

    const again = await fetch(`${house.url}/settle`, signed[0]);

    expect([again.status, await again.json()]).toMatchObject([401, { errorReason: 'replay' }]);
    expect(await house.market.release(info)).toMatchObject({ kind: 'settled' });
  });

  it.each([
    ['operator_mismatch', aPayment({ operator: network.escrow })],
    ['fee_receiver_mismatch', aPayment({ feeReceiver: network.escrow })],
    ['fee_out_of_range', aPayment({ maxFeeBps: 1_299 })],
    ['amount_out_of_range', aPayment({ maxAmount: 100_000_001n })],
    ['authorization_expired', aPayment({ preApprovalExpiry: 1_700_000_000 })],
    ['InvalidExpiries', aPayment({ authorizationExpiry: 1_700_000_000 })],
    ['ERC20: transfer amount exceeds balance', aPayment({ maxAmount: 99_000_000n })],
  ])('refuses terms: %s', async (reason, info) => {
    expect(await lock(info)).toEqual({ kind: 'refused', reason });
  });

  it('refuses a signature of somebody else, or over other terms', async () => {
    const info = aPayment();
    const { authorization } = await walletOf(6).signLock(info);
    const { signature } = await walletOf(6).signLock(aPayment());

    expect(await house.facilitator.lock(info, { authorization, signature })).toEqual({
      kind: 'refused',
      reason: 'invalid_signature',
    });
    const more = aPayment({ maxAmount: 200_000n });
    expect(await house.facilitator.lock(more, { authorization, signature })).toEqual({
      kind: 'refused',
      reason: 'amount_mismatch',
    });
  });

  it('locks eight payments at once', async () => {
    const infos = Array.from({ length: 8 }, () => aPayment({ maxAmount: 1_000n }));

    const outcomes = await Promise.all(infos.map((info) => lock(info)));

    expect(outcomes.map(({ kind }) => kind)).toEqual(Array.from({ length: 8 }, () => 'settled'));
    expect(new Set(outcomes.map((outcome) => (outcome as { tx: string }).tx)).size).toBe(8);
  });

  it('answers what is no settlement with one clear sentence, and shows the state of an escrow', async () => {
    const post = (path: string, body: string) =>
      fetch(`${house.url}${path}`, { method: 'POST', body });

    expect((await post('/settle', '{')).status).toBe(400);
    const bad = await post(
      '/settle',
      JSON.stringify({ scheme: 'escrow', x402Version: 2, payload: {} }),
    );
    expect([bad.status, await bad.json()]).toMatchObject([
      400,
      { success: false, errorReason: 'invalid_request' },
    ]);
    const info = aPayment();
    const state = await post(
      '/escrow/state',
      JSON.stringify({ paymentInfo: { ...info, maxAmount: '100000' } }),
    );
    expect(await state.json()).toMatchObject({
      hasCollectedPayment: false,
      capturableAmount: '0',
      network: 'eip155:84532',
    });
    expect((await post('/escrow/state', '{}')).status).toBe(400);
    expect((await fetch(`${house.url}/health`)).status).toBe(200);
  });

  // last, for it moves the chain's clock
  it('releases nothing after the authorization has expired', async () => {
    const info = aPayment();
    await lock(info);
    await house.rpc('evm_increaseTime', [90_000]);

    expect(await house.market.release(info)).toEqual({
      kind: 'refused',
      reason: 'AfterAuthorizationExpiry',
    });
    expect(await house.market.refund(info)).toMatchObject({ kind: 'settled' });
  });
});

describe('facilitator, scheme exact', () => {
  it('verifies and settles a USDC payment of the official client', async () => {
    const payTo = walletOf(4).address;
    const requirements = {
      scheme: 'exact',
      network: network.caip2,
      amount: '1000',
      asset: network.usdc,
      payTo,
      maxTimeoutSeconds: 200_000,
      extra: { name: 'USDC', version: '2' },
    };
    const client = new x402Client().register(
      network.caip2,
      new ExactEvmScheme(privateKeyToAccount(devPrivateKey(5))),
    );
    const paymentPayload = await client.createPaymentPayload({
      x402Version: 2,
      resource: {
        url: 'http://127.0.0.1/products/raw_logs',
        description: 'raw logs',
        mimeType: 'application/json',
      },
      accepts: [requirements],
    });
    const ask = async (path: string) => {
      const body = JSON.stringify({
        x402Version: 2,
        paymentPayload,
        paymentRequirements: requirements,
      });
      const response = await fetch(`${house.url}${path}`, { method: 'POST', body });
      return response.json() as Promise<Record<string, unknown>>;
    };
    const [before] = await balances(4);

    expect(await ask('/verify')).toMatchObject({ isValid: true });
    const settled = await ask('/settle');

    expect(settled).toMatchObject({ success: true, network: network.caip2 });
    expect(await balances(4)).toEqual([before! + 1_000n]);
    expect(await house.chain.transfersIn(settled['transaction'] as `0x${string}`)).toEqual([
      { from: walletOf(5).address, to: payTo, value: 1_000n },
    ]);
    expect(await ask('/settle')).toMatchObject({ success: false });
    expect(await balances(4)).toEqual([before! + 1_000n]);
    expect(await (await fetch(`${house.url}/supported`)).json()).toMatchObject({
      kinds: [{ x402Version: 2, scheme: 'exact', network: network.caip2 }],
    });
  });
});
