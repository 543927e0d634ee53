import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { findWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import { AgentId } from '#contract/ids.ts';
import { replacedSecretName } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import { devPrivateKey } from '../../../scripts/local/chain/accounts.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { listen } from '../../../scripts/local/cloud/http.ts';
import { lambdaApi } from '../../../scripts/local/cloud/lambda/api.ts';
import { isFolder } from '../../../scripts/local/economy/uploads.ts';
import { giveKeys } from '../../../scripts/local/economy/wallets.ts';
import { walletOf as walletIn } from '../../../scripts/stage/keys.ts';
import { withLease } from '../../../scripts/stage/lease.ts';
import type { Site } from '../../../scripts/stage/site.ts';
import { moveUsdc } from '../../../scripts/stage/wallets/move.ts';
import { carryOut, type DestroyFlags } from '../../../scripts/viva/destroy.ts';
import { aLockedDeal } from '../../support/builders.ts';
import { aFolder } from '../../support/folders.ts';
import { aSite } from '../../support/site.ts';
import { aPayment, startHouse, walletOf } from '../chain/house.ts';

const BUYER_INDEX = 6;
const buyer = AgentId.parse('kk-juanjumagalp');
const view = { day: '2026-01-01', generation: undefined };
let house: Awaited<ReturnType<typeof startHouse>>;
let site: Site;
let agents: DynamoAgents;
let flags: DestroyFlags;
/** What a beat of anybody does. */
let onBeat: () => Promise<unknown> = () => Promise.resolve();
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  house = await startHouse();
  const client = new DynamoDBClient();
  await createTable(client, 'economy');
  agents = new DynamoAgents(DynamoDBDocumentClient.from(client), 'economy');
  const lambda = await listen(
    lambdaApi({
      find: (name) => ({ name }) as never,
      invoke: () => onBeat().then(() => ({ ok: true, payload: '{}' }) as never),
      invokeAsync: () => Promise.resolve(),
    }),
  );
  closing.push(lambda.close, house.stop);
  site = aSite({
    rpcUrl: house.rpcUrl,
    lambda: new LambdaClient({ endpoint: lambda.url, maxAttempts: 1 }),
    place: { facilitatorUrl: house.url },
  });
  await giveKeys(site.secrets, 'test');
  const dir = aFolder();
  await mkdir(join(dir, 'cloud', 'dynamodb'), { recursive: true });
  const common = { stage: 'local', dir, json: false, dryRun: false, mainnet: false } as const;
  flags = { ...common, patience: 0, force: false };
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** A deal whose money is locked on chain, in the buyer's books. */
async function lockedDeal(): Promise<PaymentInfo> {
  const payment = aPayment({ payer: walletOf(BUYER_INDEX).address });
  const signed = await walletOf(BUYER_INDEX).signLock(payment);
  // a slow machine is told to ask again
  await expect
    .poll(async () => (await house.facilitator.lock(payment, signed)).kind, { timeout: 60_000 })
    .toBe('settled');
  await withLease({ agents, agent: buyer }, async (lease) => {
    await agents.commit(lease, { deals: [aLockedDeal({ payment })] });
  });
  return payment;
}

/** Stands for the process of the local stage. */
function aProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const connection = { pid: child.pid ?? 0 } as NonNullable<Site['connection']>;
  return { here: { ...site, connection }, child, gone };
}

it('takes nothing down while money lies in escrow; then empties, sweeps, and only then ends it', async () => {
  const payment = await lockedDeal();
  const { here, child, gone } = aProcess();
  const treasury = (await walletIn(site, 'treasury')).address;
  const held = await site.chain.balanceOf(walletOf(BUYER_INDEX).address);

  await expect(carryOut(here, flags)).rejects.toThrow(/^Nothing was destroyed: task .* holds 0\.1/);
  expect(child.exitCode).toBeNull();
  expect(await site.chain.balanceOf(walletOf(BUYER_INDEX).address)).toBe(held);
  expect((await agents.load(buyer, view)).isHalted).toBe(false);

  onBeat = () => house.market.refund(payment);
  const done = await carryOut(here, { ...flags, patience: 60 });

  expect(done).toMatchObject({ status: 'destroyed', locked: [] });
  expect(done.swept).toHaveLength(ROSTER.length);
  const left = ROSTER.map(async ({ id }) => {
    return site.chain.balanceOf((await walletIn(site, id)).address);
  });
  expect(await Promise.all(left)).toEqual(ROSTER.map(() => 0n));
  expect(await site.chain.balanceOf(treasury)).toBeGreaterThan(held);
  await gone;
  expect(await isFolder(join(flags.dir, 'cloud', 'dynamodb'))).toBe(false);
  // whoever would still beat buys nothing any more
  expect((await agents.load(buyer, view)).isHalted).toBe(true);
}, 120_000);

it('keeps the key of whoever has money in escrow when it must not wait', async () => {
  const { child, here, gone } = aProcess();
  const name = replacedSecretName('test', buyer, 'before');
  expect(await findWalletSecret(site.secrets, name)).toBeUndefined();
  const giver = await walletIn(site, 'treasury');
  const to = walletOf(BUYER_INDEX).address;
  const order = {
    agent: buyer,
    from: giver,
    to,
    direction: 'in',
    amountOf: () => 1_000_000n,
  } as const;
  await moveUsdc(site, order, { payees: new Set([to]), isMainnetMeant: false, isDry: false });
  await lockedDeal();

  const forced = { ...flags, force: true, reason: 'the market is gone' };
  const done = await carryOut(here, forced);

  expect(done).toMatchObject({ status: 'destroyed', reason: 'the market is gone' });
  expect(done.locked).toMatchObject([{ buyer, usdc: '0.1' }]);
  expect(await findWalletSecret(site.secrets, name)).toBe(devPrivateKey(BUYER_INDEX));
  await gone;
  expect(child.signalCode).toBe('SIGTERM');
}, 120_000);
