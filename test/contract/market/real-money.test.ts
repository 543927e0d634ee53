import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerIdentity } from '#adapters/identity/register.ts';
import { Registries } from '#adapters/identity/registries.ts';
import { Address } from '#contract/ids.ts';
import type { Task } from '#core/ports/market.ts';
import { handler } from '../../../functions/market/market.lambda.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { taskId } from '../../support/builders.ts';
import { evidence, refusal, value, verdict } from '../../support/market-floor.ts';
import {
  ask,
  openRoom,
  paymentFor,
  type Room,
  signerOf,
  type Trader,
  trader,
} from '../../support/market-room.ts';
import { anEvent, network, startHouse } from '../chain/house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
let room: Room;
let buyer: Trader;
let seller: Trader;
let executorId: string;
let registries: Registries;

beforeAll(async () => {
  house = await startHouse();
  registries = new Registries(house.chain);
  let isFirst = true;
  room = await openRoom(
    { chain: house.chain, facilitator: house.market },
    {
      registries,
      requireIdentity: true,
      // each feedback is told to be unknown once, after it was given
      feedbacks: {
        give: async (feedback) => {
          const given = await house.market.give(feedback);
          isFirst = !isFirst;
          return isFirst ? given : { kind: 'unknown', reason: 'the answer was lost' };
        },
      },
    },
  );
  buyer = trader(room, devPrivateKey(6));
  seller = trader(room, devPrivateKey(1));
  for (const { wallet } of [buyer, seller]) {
    await registerIdentity({
      facilitatorUrl: house.url,
      network,
      agentUri: 'http://storefront.test/card.json',
      signer: signerOf(wallet),
      now: Math.floor(Date.now() / 1000),
    });
  }
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

describe('identity', () => {
  it('is what the registry says', async () => {
    const path = `/api/v1/reputation/identity/wallet/${seller.address}?network=base`;
    const { json } = await ask(room, { path });
    const own = await registries.identityOf(seller.address);
    expect(json).toMatchObject({
      status: 'registered',
      agent_id: Number(own!.agentId),
      registry_address: network.identity,
    });
    const stranger = `/api/v1/reputation/identity/wallet/${trader(room).address}`;
    expect((await ask(room, { path: stranger })).json).toMatchObject({
      status: 'not_registered',
      agent_id: null,
    });
  });

  it('is asked of who publishes and of who applies', async () => {
    const stranger = trader(room);
    const request = {
      title: '[KK Request] Soul profiles',
      instructions: 'Deliver soul profiles as NDJSON, with their sha256.',
      bounty: 80_000n,
      deadlineHours: 24,
      skills: ['soul_profiles'],
      agentName: 'nobody',
    };
    expect(await stranger.market.publish(request, 'stranger')).toMatchObject(
      refusal('unidentified', 403),
    );
    const task = value(await buyer.market.publish(request, 'for-strangers'));
    const worker = value(await stranger.market.register('nobody')).executorId;
    expect(await stranger.market.apply(task.id, { executorId: worker, message: '' })).toMatchObject(
      refusal('unidentified', 403),
    );
  });
});

describe('a rating', () => {
  it('is feedback on the chain, once for each side, though its first answer was lost', async () => {
    const { task, submissionId } = await submitted('rated');
    const { agentId } = (await registries.identityOf(seller.address))!;
    const { agentId: publisherId } = (await registries.identityOf(buyer.address))!;
    const rating = { worker: seller.address, score: 90, comment: '3 records checked' };
    expect(await buyer.market.rateWorker(task.id, rating)).toMatchObject(refusal('conflict', 409));
    value(await buyer.market.approve(submissionId, verdict));

    const lost = await buyer.market.rateWorker(task.id, rating);
    expect(lost).toMatchObject(refusal('unavailable', 502));
    const body = { task_id: task.id, worker_address: seller.address, score: 90 };
    const path = '/api/v1/reputation/workers/rate';
    const again = await ask(room, { method: 'POST', path, body, by: buyer });

    expect(again.json).toMatchObject({
      success: true,
      transaction_hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string,
      error: null,
    });
    const relayers = network.relayers.map((one) => Address.parse(one));
    expect(await registries.reputationOf(agentId, relayers)).toEqual({ count: 1, score: 90 });
    expect(await buyer.market.rateWorker(task.id, rating)).toMatchObject(refusal('conflict', 409));

    const back = { score: 80, comment: 'sent back once' };
    expect(await seller.market.rateAgent(task.id, back)).toMatchObject(refusal('unavailable', 502));
    value(await seller.market.rateAgent(task.id, back));
    expect(await registries.reputationOf(publisherId, relayers, 'publisher')).toEqual({
      count: 1,
      score: 80,
    });
    expect((await ask(room, { path: `/api/v1/reputation/agents/${agentId}` })).json).toMatchObject({
      agent_id: Number(agentId),
      wallet_address: seller.address,
      score: 90,
    });
  });

  it('goes on chain for nobody but the market', async () => {
    const { agentId } = (await registries.identityOf(seller.address))!;
    const before = await registries.reputationOf(agentId, [Address.parse(network.relayers[0]!)]);
    const liar = house.signedBy(6);
    const said = { agentId, as: 'worker', score: 100, from: buyer.address } as const;
    expect(await liar.give({ ...said, taskId: taskId(9) })).toMatchObject({
      kind: 'unknown',
      reason: 'not_the_market (status 403)',
    });
    const itself = { agentId: 999_999n, as: 'worker', score: 1, from: buyer.address } as const;
    expect(await house.market.give({ ...itself, taskId: taskId(9) })).toMatchObject({
      kind: 'refused',
    });
    expect(await registries.reputationOf(agentId, [Address.parse(network.relayers[0]!)])).toEqual(
      before,
    );
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
