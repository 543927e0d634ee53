import fc from 'fast-check';
import { createClient, http } from 'viem';
import { readContract } from 'viem/actions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { escrowAbi } from '#adapters/evm/abi.ts';
import { paymentInfoHash, toChain } from '#adapters/evm/payment-info.ts';
import { PaymentInfo } from '#contract/escrow.ts';
import { network, startHouse } from './house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

const bytes = (size: number) =>
  fc
    .uint8Array({ minLength: size, maxLength: size })
    .map((some) => `0x${Buffer.from(some).toString('hex')}`);
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const seconds = uint(48).map(Number);
const bps = fc.nat(10_000);
const terms = fc
  .record({
    operator: bytes(20),
    payer: bytes(20),
    receiver: bytes(20),
    token: bytes(20),
    maxAmount: uint(120).map(String),
    preApprovalExpiry: seconds,
    authorizationExpiry: seconds,
    refundExpiry: seconds,
    minFeeBps: bps,
    maxFeeBps: bps,
    feeReceiver: bytes(20),
    salt: bytes(32),
  })
  .map((json) => PaymentInfo.parse(json));

it('we and the contract give every payment the same hash', async () => {
  const client = createClient({ transport: http(house.rpcUrl) });
  const call = { address: network.escrow, abi: escrowAbi, functionName: 'getHash' } as const;

  await fc.assert(
    fc.asyncProperty(terms, async (info) => {
      expect(paymentInfoHash(network, info)).toBe(
        await readContract(client, { ...call, args: [toChain(info)] }),
      );
    }),
    { numRuns: 50 },
  );
});
