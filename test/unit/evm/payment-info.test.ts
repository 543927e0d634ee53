import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import {
  fromChain,
  lockNonce,
  lockTypedData,
  paymentInfoHash,
  toChain,
} from '#adapters/evm/payment-info.ts';
import { PaymentInfo, paymentInfoToJson } from '#contract/escrow.ts';
import { NETWORKS } from '#contract/networks.ts';

const VECTORS = fileURLToPath(
  new URL('../../../../shared/facts/escrow-preauth.vectors.json', import.meta.url),
);

const info = PaymentInfo.parse({
  operator: NETWORKS.base.operator,
  payer: `0x${'22'.repeat(20)}`,
  receiver: `0x${'11'.repeat(20)}`,
  token: NETWORKS.base.usdc,
  maxAmount: '100000',
  preApprovalExpiry: 1_760_003_600,
  authorizationExpiry: 1_760_007_200,
  refundExpiry: 1_760_086_400,
  minFeeBps: 0,
  maxFeeBps: 1_800,
  feeReceiver: NETWORKS.base.operator,
  salt: `0x${'ab'.repeat(32)}`,
});

describe('PaymentInfo on the chain', () => {
  it('has the nonce that the escrow on Base computes for these terms, whoever pays', () => {
    const nonce = lockNonce(NETWORKS.base, info);

    // expected_nonce of the golden vectors of execution-market, written down here so that it is always checked
    expect(nonce).toBe('0x5890a092cb9b8d3c17efc8a3fca99886d05f53ced3432a530eb2b4c7ef517f59');
    expect(lockNonce(NETWORKS.base, { ...info, payer: info.receiver })).toBe(nonce);
    expect(paymentInfoHash(NETWORKS.base, info)).not.toBe(nonce);
  });

  it.each(['maxAmount', 'receiver', 'refundExpiry', 'maxFeeBps', 'salt'] as const)(
    'has another nonce when %s is another',
    (key) => {
      const others = {
        maxAmount: 1n,
        receiver: info.payer,
        refundExpiry: 1,
        maxFeeBps: 1,
        salt: '0x01',
      } as const;

      expect(lockNonce(NETWORKS.base, { ...info, [key]: others[key] })).not.toBe(
        lockNonce(NETWORKS.base, info),
      );
    },
  );

  it('has another nonce on another network', () => {
    expect(lockNonce(NETWORKS.local, info)).not.toBe(lockNonce(NETWORKS.base, info));
  });

  it('comes back from the chain as it went', () => {
    expect(fromChain(toChain(info))).toEqual(info);
  });
});

describe('EvmWallet', () => {
  const key = `0x${'42'.repeat(32)}` as const;
  const wallet = new EvmWallet(key, NETWORKS.base);
  const own = { ...info, payer: wallet.address };

  it('signs a lock the same way every time, and only for itself', async () => {
    expect(await wallet.signLock(own)).toEqual(await wallet.signLock(own));
    expect((await wallet.signLock(own)).authorization).toEqual({
      from: wallet.address,
      to: NETWORKS.base.tokenCollector,
      value: '100000',
      validAfter: '0',
      validBefore: '1760003600',
      nonce: '0x5890a092cb9b8d3c17efc8a3fca99886d05f53ced3432a530eb2b4c7ef517f59',
    });
    await expect(wallet.signLock(info)).rejects.toThrow('pays itself');
    await expect(wallet.signLock({ ...own, token: NETWORKS.local.usdc })).rejects.toThrow(
      'signs no lock',
    );
  });

  it('does not show its key', () => {
    expect(JSON.stringify(wallet)).not.toContain('4242');
    expect(Object.values(wallet)).toEqual([wallet.address]);
  });
});

describe.skipIf(!existsSync(VECTORS))(`golden vectors (${VECTORS}, skipped where absent)`, () => {
  it('reproduces nonce and signature byte for byte', async () => {
    const { frozen_build: build } = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
      frozen_build: {
        signer_private_key: string;
        expected_typed_data: { message: { from: string; nonce: string } };
        expected_wrapper: { payload: { signature: string; paymentInfo: { salt: string } } };
      };
    };
    const { paymentInfo, signature } = build.expected_wrapper.payload;
    const { from, nonce } = build.expected_typed_data.message;
    const terms = PaymentInfo.parse({ ...paymentInfo, payer: from, salt: `0x${paymentInfo.salt}` });

    expect(lockNonce(NETWORKS.base, terms)).toBe(`0x${nonce}`);
    const account = privateKeyToAccount(`0x${build.signer_private_key}`);
    expect(await account.signTypedData(lockTypedData(NETWORKS.base, terms))).toBe(`0x${signature}`);
    expect(PaymentInfo.parse(paymentInfoToJson(terms))).toEqual(terms);
  });
});
