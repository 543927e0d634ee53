import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { readWalletSecret, storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address, AgentId } from '#contract/ids.ts';
import { replacedSecretName, walletSecretName } from '#contract/keys.ts';
import { walletOwners } from '#contract/roster.ts';
import { devAccount } from '../../../scripts/local/chain/accounts.ts';
import { createTable } from '../../../scripts/local/cloud/create-table.ts';
import { giveKeys } from '../../../scripts/local/economy/wallets.ts';
import { heldBy, walletOf } from '../../../scripts/stage/keys.ts';
import { withLease } from '../../../scripts/stage/lease.ts';
import type { Site } from '../../../scripts/stage/site.ts';
import { createWallets } from '../../../scripts/stage/wallets/create.ts';
import { importWallets, parseBrought } from '../../../scripts/stage/wallets/import-key.ts';
import { type MoveOrder, moveUsdc } from '../../../scripts/stage/wallets/move.ts';
import { rotate } from '../../../scripts/stage/wallets/rotate.ts';
import { aSite } from '../../support/site.ts';
import { startHouse } from '../chain/house.ts';

const validator = AgentId.parse('kk-validator');
const view = { day: '2026-01-01', generation: undefined };
let house: Awaited<ReturnType<typeof startHouse>>;
let site: Site;
let agents: DynamoAgents;
beforeAll(async () => {
  house = await startHouse();
  const client = new DynamoDBClient();
  await createTable(client, 'economy');
  site = aSite({ rpcUrl: house.rpcUrl, place: { facilitatorUrl: house.url } });
  agents = new DynamoAgents(DynamoDBDocumentClient.from(client), 'economy');
  await giveKeys(site.secrets, 'test');
});
afterAll(() => house.stop());

const terms = (payees: readonly Address[]) => ({
  payees: new Set(payees),
  isMainnetMeant: false,
  isDry: false,
});
/** Tops the validator up to 6 USDC. */
async function topUp(): Promise<MoveOrder> {
  const to = (await walletOf(site, validator)).address;
  const from = await walletOf(site, 'treasury');
  return { agent: validator, from, to, direction: 'in', amountOf: (held) => 6_000_000n - held.to };
}

describe('viva wallets create', () => {
  it('makes what is missing from one seed, once, and shows no key', async () => {
    const fresh = { ...site, stage: { ...site.stage, name: 'fresh' } };
    const plan = await createWallets(fresh, true);
    expect(plan.every(({ status }) => status === 'would-create')).toBe(true);

    const made = await createWallets(fresh, false);
    const again = await createWallets(fresh, false);

    expect(made.map(({ owner }) => owner)).toEqual(
      walletOwners({ hasOwnMarket: true }).map(({ name }) => name),
    );
    expect(again).toEqual(made.map((one) => ({ ...one, status: 'there' })));
    const key = await readWalletSecret(site.secrets, walletSecretName('fresh', 'kk-validator'));
    expect(JSON.stringify(made)).not.toContain(key.slice(2));
  });
});

describe('viva wallets fund', () => {
  it('writes the move down before it is sent, and moves once however often it is asked', async () => {
    await withLease({ agents, agent: validator }, async (lease) => {
      const { state } = await agents.load(validator, view);
      await agents.commit(lease, { state: { ...state, revision: 1, isOpened: true } });
    });
    const order = await topUp();
    const payees = terms([order.to]);
    const away = aSite({ rpcUrl: house.rpcUrl, place: { facilitatorUrl: 'http://127.0.0.1:1' } });

    await expect(moveUsdc(away, order, payees)).rejects.toThrow('run it again, it moves once');
    const [intent] = (await agents.load(validator, view)).payments ?? [];
    expect(intent).toMatchObject({ direction: 'in', account: 'equity:owner', isBooked: false });
    // two at once, and once more
    await Promise.all([moveUsdc(site, order, payees), moveUsdc(site, order, payees)]);
    const third = await moveUsdc(site, order, payees);

    expect(third.status).toBe('nothing-to-move');
    expect(await site.chain.balanceOf(order.to)).toBe(6_000_000n);
    expect(await site.chain.balanceOf(order.from.address)).toBe(99_000_000n);
    expect((await agents.load(validator, view)).payments).toHaveLength(1);
  });

  it.each([
    { what: 'real money that nobody means', words: 'money is real there', isMainnet: true },
    { what: 'a stranger', words: 'no wallet of this stage', stranger: devAccount(9).address },
    { what: 'more than is there', words: 'it holds less' },
  ])('refuses $what', async ({ words, isMainnet = false, stranger }) => {
    const order = { ...(await topUp()), amountOf: () => 500_000_000n };
    const to = stranger === undefined ? order.to : Address.parse(stranger);
    const there = { ...site, network: { ...site.network, isMainnet } };

    await expect(moveUsdc(there, { ...order, to }, terms([order.to]))).rejects.toThrow(words);
  });
});

describe('viva wallets import', () => {
  it('reads keys and seeds, and never says what it could not read', () => {
    const key = `0x${'42'.repeat(32)}`;
    expect(parseBrought(JSON.stringify({ private_key: key.slice(2) }), 'x')).toEqual({
      kind: 'key',
      key,
    });
    expect(parseBrought(`${'test '.repeat(11)}junk\n`, 'x').kind).toBe('seed');
    expect(() => parseBrought('hunter2 '.repeat(12), 'the file')).toThrow(/^the file is no key: /);
  });

  it('does not bury a wallet that holds money', async () => {
    const brought = { kind: 'key', key: `0x${'42'.repeat(32)}` } as const;
    await expect(importWallets(site, brought, { owner: 'kk-validator', isDry: false }))
      .rejects //
      .toThrow('sweep kk-validator');
  });
});

describe('viva wallets rotate', () => {
  it('moves all to a new key, keeps the old one, and goes on where a kill left it', async () => {
    const before = await walletOf(site, validator);
    const held = await site.chain.balanceOf(before.address);
    // as a run leaves it that died between the new key's place and the roster
    const next = heldBy(`0x${'17'.repeat(32)}`);
    await storeWalletSecret(site.secrets, replacedSecretName('test', validator, 'next'), next.key);
    const now = { isMainnetMeant: false, isDry: false, patienceMs: 0 };
    const here = { ...site, connection: {} as NonNullable<Site['connection']> };

    const done = await rotate(here, validator, now);
    expect(done).toMatchObject({ before: before.address, after: next.address });
    expect(await site.chain.balanceOf(next.address)).toBe(held);
    expect(await walletOf(site, validator)).toEqual(next);
    expect((await agents.roster()).get(next.address)).toBe(validator);
    const kept = await readWalletSecret(
      site.secrets,
      replacedSecretName('test', validator, 'before'),
    );
    expect(kept).toBe(before.key);

    await storeWalletSecret(site.secrets, replacedSecretName('test', validator, 'next'), next.key);
    const again = await rotate(here, validator, now);
    expect(again).toMatchObject({ before: before.address, after: next.address });
    expect(await site.chain.balanceOf(next.address)).toBe(held);
  });
});
