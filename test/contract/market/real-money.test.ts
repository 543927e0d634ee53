import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '#core/ports/market.ts';
import { handler } from '../../../functions/market/market.lambda.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { evidence, refusal, value, verdict } from '../../support/market-floor.ts';
import { openRoom, paymentFor, type Room, type Trader, trader } from '../../support/market-room.ts';
import { anEvent, network, startHouse } from '../chain/house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
let room: Room;
let buyer: Trader;
let seller: Trader;
let executorId: string;

beforeAll(async () => {
  house = await startHouse();
  room = await openRoom({ chain: house.chain, facilitator: house.market });
  buyer = trader(room, devPrivateKey(6));
  seller = trader(room, devPrivateKey(1));
  executorId = value(await seller.market.register('kk-karma-hello')).executorId;
});
afterAll(async () => {
  expect(room.broken).toEqual([]);
  await room.close();
  await house.stop();
});

const balance = (address: `0x${string}`) => house.chain.balanceOf(address);

/** A task whose bounty is locked on the chain and whose work is handed in. */
async function submitted(key: string): Promise<{ task: Task; submissionId: string }> {
  const request = {
    title: '[KK Request] Soul profiles',
    instructions: 'Deliver soul profiles as NDJSON, with their sha256.',
    bounty: 80_000n,
    deadlineHours: 24,
    skills: ['soul_profiles'],
    agentName: 'kk-juanjumagalp',
  };
  const task = value(await buyer.market.publish(request, key));
  value(await seller.market.apply(task.id, { executorId, message: 'I have them' }));
  const paymentInfo = paymentFor(task, seller.address);
  const locked = await house.facilitator.lock(
    paymentInfo,
    await buyer.wallet.signLock(paymentInfo),
  );
  if (locked.kind !== 'settled') throw new Error(locked.reason);
  value(await buyer.market.assign(task.id, { executorId, escrowTx: locked.tx, paymentInfo }));
  value(await seller.market.submit(task.id, { executorId, evidence, notes: '' }));
  const [submission] = value(await buyer.market.submissions(task.id));
  return { task, submissionId: submission!.id };
}

describe('a bounty on the chain', () => {
  it('is paid 87/13 by the approval, once', async () => {
    const before = await Promise.all(
      [buyer.address, seller.address, network.operator].map(balance),
    );
    const { task, submissionId } = await submitted('paid');

    const first = value(await buyer.market.approve(submissionId, verdict));
    const again = value(await buyer.market.approve(submissionId, verdict));

    expect(again).toEqual(first);
    expect(value(await buyer.market.task(task.id)).status).toBe('completed');
    const after = await Promise.all([buyer.address, seller.address, network.operator].map(balance));
    expect(after.map((amount, i) => amount - before[i]!)).toEqual([-80_000n, 69_600n, 10_400n]);
    expect(await house.chain.transfersIn(first.releaseTx!)).toHaveLength(2);
  });

  it('goes back whole when the work is rejected for good', async () => {
    const before = await balance(buyer.address);
    const { task, submissionId } = await submitted('rejected');
    const notes = 'these are no soul profiles';
    value(await buyer.market.reject(submissionId, { severity: 'major', notes }));
    expect(await balance(buyer.address)).toBe(before);
    expect(value(await buyer.market.task(task.id)).status).toBe('published');
  });

  it('is not there for a task that names no lock', async () => {
    const { task } = await submitted('one');
    const info = paymentFor(task, seller.address);
    const tx = `0x${'ab'.repeat(32)}` as const;
    const other = value(
      await buyer.market.publish(
        {
          title: '[KK Request] Raw logs',
          instructions: 'Deliver raw logs as NDJSON, with their sha256.',
          bounty: 80_000n,
          deadlineHours: 24,
          skills: [],
          agentName: 'kk-juanjumagalp',
        },
        'other',
      ),
    );
    value(await seller.market.apply(other.id, { executorId, message: '' }));
    const choice = { executorId, escrowTx: tx, paymentInfo: info };
    expect(await buyer.market.assign(other.id, choice)).toMatchObject(refusal('unpaid', 402));
  });
});

describe('the room as it is deployed', () => {
  it('wires itself from its environment', async () => {
    process.env['FACILITATOR_URL'] = house.url;
    const headers = { 'content-type': 'application/json' };
    const health = await handler(anEvent({ method: 'GET', path: '/health', headers }));
    expect(health.statusCode).toBe(200);
    const body = JSON.stringify({ wallet_address: seller.address, name: 'kk-karma-hello' });
    const path = '/api/v1/workers/register';
    const registered = await handler(anEvent({ method: 'POST', path, headers, body }));
    expect(JSON.parse(registered.body)).toMatchObject({
      data: { executor_id: executorId, created: true },
    });
  });
});
