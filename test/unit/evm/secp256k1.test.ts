import fc from 'fast-check';
import { privateKeyToAddress, sign as signByViem } from 'viem/accounts';
import { concatHex, recoverAddress, toHex } from 'viem/utils';
import { describe, expect, it } from 'vitest';
import { addressOf, sign, signerOf } from '#adapters/evm/secp256k1.ts';

/** Order of the curve's group (SEC 2, 2.4.1): a key is at least 1 and less. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes32 = (number: bigint) => toHex(number, { size: 32 });
const keys = fc.bigInt({ min: 1n, max: N - 1n }).map(bytes32);
const hashes = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(bytes32);

describe('secp256k1', () => {
  it('signs byte for byte what viem signs, and for the same address', async () => {
    await fc.assert(
      fc.asyncProperty(keys, hashes, async (privateKey, hash) => {
        expect(addressOf(privateKey)).toBe(privateKeyToAddress(privateKey).toLowerCase());
        expect(sign(hash, privateKey)).toBe(await signByViem({ hash, privateKey, to: 'hex' }));
      }),
      { numRuns: 500 },
    );
  });

  it('finds the same signer as viem, or nobody', async () => {
    const numbers = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      fc.constantFrom(0n, 1n, N - 1n, N, N + 1n, 2n ** 256n - 1n),
    );
    const vs = fc.constantFrom(0, 1, 2, 26, 27, 28, 29, 255);
    const signatures = fc
      .tuple(numbers, numbers, vs)
      .map(([r, s, v]) => concatHex([bytes32(r), bytes32(s), toHex(v, { size: 1 })]));
    const good = fc.tuple(hashes, keys).map(([hash, key]) => [hash, sign(hash, key)] as const);
    const any = fc.tuple(hashes, fc.oneof(signatures, fc.constantFrom('0x', '0x1b' as const)));
    await fc.assert(
      fc.asyncProperty(fc.oneof(good, any), async ([hash, signature]) => {
        const byViem = await recoverAddress({ hash, signature }).catch(() => undefined);
        expect(signerOf(hash, signature)).toBe(byViem?.toLowerCase());
      }),
      { numRuns: 500 },
    );
  });

  it('takes a signature with the higher s, and v from 0, as viem does', async () => {
    const [hash, key] = [bytes32(5n), bytes32(7n)];
    const signature = sign(hash, key);
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith('1b') ? '0x01' : '0x00';
    const higher = concatHex([
      toHex(BigInt(signature.slice(0, 66)), { size: 32 }),
      bytes32(N - s),
      v,
    ]);
    expect(signerOf(hash, higher)).toBe(addressOf(key));
    expect((await recoverAddress({ hash, signature: higher })).toLowerCase()).toBe(addressOf(key));
  });

  it.each([
    ['no key', bytes32(0n)],
    ['a key as large as the group', bytes32(N)],
    ['a short one', '0x4242'],
    ['a long one', `0x${'42'.repeat(33)}`],
  ] as const)('refuses %s without showing it', (_what, key) => {
    const refusal = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return String(error);
      }
    };
    for (const work of [() => addressOf(key), () => sign(bytes32(1n), key)])
      expect(refusal(work)).toBe('TypeError: Expected Private');
  });
});
