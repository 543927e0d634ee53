import { createClient, encodeFunctionData, erc20Abi, http, toHex } from 'viem';
import { getBlock, sendRawTransaction } from 'viem/actions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvmPayer } from '#adapters/evm/evm-payer.ts';
import { receiptOf, transactionOf } from '#adapters/evm/sending.ts';
import { devAccount } from '../../../scripts/local/chain/accounts.ts';
import { aPayment, network, startHouse, walletOf } from './house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

const DAY = 86_400;

/** A wallet that holds USDC and no gas. */
const STRANGER = 50;

async function giveUsdc(to: number): Promise<void> {
  const client = createClient({ transport: http(house.rpcUrl) });
  const giver = devAccount(6);
  const data = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'transfer',
    args: [walletOf(to).address, 100_000n],
  });
  const { chainId } = network;
  const sender = { address: giver.address, chainId, after: 'latest' } as const;
  const transaction = await transactionOf(client, { to: network.usdc, data }, sender);
  const hash = await sendRawTransaction(client, {
    serializedTransaction: await giver.signTransaction(transaction),
  });
  expect(await receiptOf(client, hash)).toMatchObject({ status: 'success' });
}

/** A payment to wallet 1, locked, for an hour of the chain's clock, which has been moved on before. */
async function locked(from = 6) {
  if (from === STRANGER) await giveUsdc(STRANGER);
  const { timestamp } = await getBlock(createClient({ transport: http(house.rpcUrl) }));
  const authorizationExpiry = Number(timestamp) + 3_600;
  const info = aPayment({
    payer: walletOf(from).address,
    preApprovalExpiry: authorizationExpiry,
    authorizationExpiry,
    refundExpiry: authorizationExpiry + DAY,
  });
  const outcome = await house.facilitator.lock(info, await walletOf(from).signLock(info));
  expect(outcome).toMatchObject({ kind: 'settled' });
  return info;
}
const payer = (index = 6) => new EvmPayer(house.chain, walletOf(index));
const balance = () => house.chain.balanceOf(walletOf(6).address);

describe('a payer whose money lies in escrow', () => {
  it('takes it back alone once nobody can be paid out of it any more, and not before', async () => {
    const before = await balance();
    const info = await locked();
    expect(await payer().reclaim(info)).toEqual({
      kind: 'refused',
      reason: 'BeforeAuthorizationExpiry',
    });
    await house.rpc('evm_increaseTime', [DAY]);
    expect(await payer(1).reclaim(info)).toEqual({ kind: 'refused', reason: 'InvalidSender' });
    expect(await house.market.release(info)).toMatchObject({
      kind: 'refused',
      reason: 'AfterAuthorizationExpiry',
    });

    const reclaimed = await payer().reclaim(info);

    expect(reclaimed).toMatchObject({ kind: 'settled' });
    const { tx } = reclaimed as { tx: `0x${string}` };
    expect(await balance()).toBe(before);
    expect(await house.chain.closeOf(info)).toEqual({ tx, kind: 'voided' });
    expect(await house.chain.transfersIn(tx)).toEqual([
      { from: network.escrow, to: walletOf(6).address, value: info.maxAmount },
    ]);
    // whoever asks again is told the same, and so is the market
    expect(await payer().reclaim(info)).toEqual(reclaimed);
    expect(await house.market.refund(info)).toEqual(reclaimed);
  });

  it('takes back nothing that was paid out, or that was never locked', async () => {
    const info = await locked();
    expect(await house.market.release(info)).toMatchObject({ kind: 'settled' });
    await house.rpc('evm_increaseTime', [DAY]);
    expect(await payer().reclaim(info)).toEqual({ kind: 'refused', reason: 'already_captured' });
    expect(await payer().reclaim(aPayment({ salt: toHex(999, { size: 32 }) }))).toEqual({
      kind: 'refused',
      reason: 'not_locked',
    });
  });

  it('is one reclaim when several of its beats try at once', async () => {
    const info = await locked();
    const before = await balance();
    await house.rpc('evm_increaseTime', [DAY]);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => payer().reclaim(info)));
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await payer().reclaim(info)).toMatchObject({ kind: 'settled' });
    expect(await balance()).toBe(before + info.maxAmount);
  });

  it('is told what gas it needs when it has none', async () => {
    const info = await locked(STRANGER);
    await house.rpc('evm_increaseTime', [DAY]);
    expect(await payer(STRANGER).reclaim(info)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(
        /^To reclaim, 0x[0-9a-f]{40} needs \d+ wei for gas and has 0/,
      ) as string,
    });
    expect(await house.chain.escrowState(info)).toMatchObject({ kind: 'locked' });
  });
});

it('a wallet signs no other transaction', async () => {
  const wallet = walletOf(6);
  const call = { type: 'eip1559', chainId: network.chainId, nonce: 0, to: network.escrow } as const;
  const refused = (other: object) => expect(wallet.signReclaim({ ...call, ...other })).rejects;
  await refused({ data: '0xdeadbeef' }).toThrow('signs no transaction');
  await refused({ to: network.usdc, data: '0x' }).toThrow('signs no');
});
