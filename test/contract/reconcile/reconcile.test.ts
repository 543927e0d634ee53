import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { WakeUp } from '#contract/beat.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import { openingEntry } from '#core/money/ledger.ts';
import type { Change } from '#core/ports/agents.ts';
import { handler } from '../../../functions/reconcile/reconcile.lambda.ts';
import { type Sqs, startSqs } from '../../../scripts/local/cloud/sqs.ts';
import { aBuyDeal, agentId, anAgentState, anIntent, taskId } from '../../support/builders.ts';
import { type EconomyTable, openEconomyTable } from '../../support/economy-table.ts';
import { openRoom, type Room, trader } from '../../support/market-room.ts';
import { takeAll } from '../../support/queue.ts';
import { aPayment, startHouse, walletOf } from '../chain/house.ts';

const ME = agentId('kk-juanjumagalp');
const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);

let house: Awaited<ReturnType<typeof startHouse>>;
let economy: EconomyTable;
let market: Room;
let sqs: Sqs;
let agents: DynamoAgents;

beforeAll(async () => {
  [house, economy, sqs] = await Promise.all([startHouse(), openEconomyTable(), startSqs()]);
  market = await openRoom({ chain: house.chain, facilitator: house.market });
  await sqs.createQueue('wake', {});
  // the facilitator's room finds its table by the environment that stands at its first call
  await lockNow(aPayment());
  agents = new DynamoAgents(economy.client, economy.table);
  Object.assign(process.env, {
    ECONOMY_TABLE: economy.table,
    AWS_ENDPOINT_URL_DYNAMODB: await economy.client.config
      .endpoint?.()
      .then(({ hostname, port }) => `http://${hostname}:${port}`),
    AWS_ENDPOINT_URL_SQS: sqs.url,
    WAKE_QUEUE_URL: sqs.queueUrl('wake'),
    MARKET_URL: market.url,
  });
  await agents.enrol(ME, walletOf(6).address);
});
afterAll(async () => {
  await Promise.all([house.stop(), economy.close(), market.close(), sqs.close()]);
});

/** Who was woken since this was asked last. */
async function woken(): Promise<WakeUp[]> {
  const messages = await takeAll(sqs.client, sqs.queueUrl('wake'));
  return messages.map(({ Body }) => WakeUp.parse(JSON.parse(Body ?? '')));
}

async function lockNow(payment: PaymentInfo): Promise<TxHash> {
  const locked = await house.facilitator.lock(payment, await walletOf(6).signLock(payment));
  if (locked.kind !== 'settled') throw new Error(locked.reason);
  return locked.tx;
}

let revision = 0;
function nextState(over: Parameters<typeof anAgentState>[0]): ReturnType<typeof anAgentState> {
  return anAgentState({ ...over, revision: (revision += 1) });
}

let owners = 0;
/** Writes as one beat would. */
async function write(change: Change): Promise<void> {
  const owner = `owner-${(owners += 1)}`;
  const term = { owner, now: new Date(), until: new Date(Date.now() + 1000) };
  const lease = await agents.takeLease(ME, term);
  expect(await agents.commit(lease!, change)).toBe('committed');
  await agents.letGo(lease!);
}

describe('the reconcile room', () => {
  it('finds nothing among agents that have not begun', async () => {
    expect(await handler()).toEqual({ findings: 0, standing: 0 });
    expect(await woken()).toEqual([]);
  });

  it('wakes whose intent is old and whose bounty the market does not show, and tells what stands', async () => {
    const balance = await house.chain.balanceOf(walletOf(6).address);
    const at = new Date(Date.now() - 7_200_000).toISOString();
    const deal = aBuyDeal({ openedAt: at });
    await write({
      state: nextState({ open: [deal.taskId] }),
      deals: [deal],
      intents: [anIntent({ createdAt: at })],
      entries: [openingEntry(balance, at)],
    });

    for (const standing of [0, 0, 0, 2]) expect(await handler()).toEqual({ findings: 2, standing });
    const calls = await woken();
    expect(calls).toHaveLength(4);
    expect(calls[0]).toMatchObject({ agentId: ME, reason: 'reconcile' });
    expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  });

  it('is content when a real bounty stands on the market, and forgets what was mended', async () => {
    const { market: door } = trader(market);
    const request = { title: 'Raw logs', instructions: 'Deliver the raw logs, please.' };
    const task = await door.publish(
      { ...request, bounty: 10_000n, deadlineHours: 24, skills: [], agentName: ME },
      'one',
    );
    if (!task.ok) throw new Error(task.error.reason);
    const at = new Date(Date.now() - 7_200_000).toISOString();
    const real = aBuyDeal({ taskId: task.value.id, openedAt: at });
    await write({
      state: nextState({ open: [real.taskId] }),
      deals: [real, aBuyDeal({ state: 'closed' })],
      done: [anIntent().id],
    });
    expect(await handler()).toEqual({ findings: 0, standing: 0 });
    expect(await woken()).toEqual([]);
  });

  it('sees money locked on chain for a task that is over, and a ledger that misses it', async () => {
    const payment = aPayment({
      authorizationExpiry: now() + 6 * DAY,
      refundExpiry: now() + 8 * DAY,
    });
    const tx = await lockNow(payment);
    const stranded = aBuyDeal({
      ...{ state: 'stranded', taskId: taskId(9), bounty: payment.maxAmount, because: 'expired' },
      ...{ payment, lockTx: tx },
    });
    await write({
      state: nextState({ open: [stranded.taskId] }),
      deals: [stranded],
    });
    // wallet and escrow: the lock was never booked
    expect(await handler()).toEqual({ findings: 3, standing: 0 });
    expect(await woken()).toMatchObject([{ agentId: ME }]);
    expect(await house.chain.escrowState(payment)).toMatchObject({ kind: 'locked' });
  });
});
