import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walletOwners } from '#contract/roster.ts';
import { giveKeys } from '../../../scripts/local/economy/wallets.ts';
import { runChecks } from '../../../scripts/stage/checks/check.ts';
import { walletChecks } from '../../../scripts/stage/checks/wallets.ts';
import { examine, healthText } from '../../../scripts/viva/doctor.ts';
import { aSite } from '../../support/site.ts';
import { startHouse } from '../chain/house.ts';

let house: Awaited<ReturnType<typeof startHouse>>;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

const wallets = async (over = {}) => {
  const findings = await runChecks(walletChecks(aSite({ rpcUrl: house.rpcUrl, ...over })), 9_000);
  return Object.fromEntries(findings.map(({ check, ...found }) => [check, found]));
};

describe('viva doctor', () => {
  it('finds wallets that are missing, then all of them well, then one that is none', async () => {
    const before = await wallets();
    expect(before['secrets']).toMatchObject({ status: 'failed', remedy: 'viva wallets create' });
    expect(before['chain']?.status).toBe('ok');

    const { secrets } = aSite({ rpcUrl: house.rpcUrl });
    await giveKeys(secrets, 'test');
    const after = await wallets();
    expect(Object.values(after).map(({ status }) => status)).toEqual(Array(5).fill('ok'));
    expect(after['secrets']?.found).toContain(String(walletOwners({ hasOwnMarket: true }).length));

    const SecretId = 'economia-viva/test/wallet/kk-validator';
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'hunter2' }));
    const spoilt = await wallets();
    expect(spoilt['secrets']?.status).toBe('failed');
    expect(JSON.stringify(spoilt)).not.toContain('hunter2');
  });

  it('says what to do without credentials, chain, doors or IRC, and never hangs', async () => {
    const site = aSite({ rpcUrl: 'http://127.0.0.1:1' });
    const health = await examine(
      {
        ...site,
        stage: { ...site.stage, irc: { ...site.stage.irc, servers: '127.0.0.1:1', tls: 'on' } },
      },
      6_000,
    );

    expect(health.ok).toBe(false);
    const sick = health.checks.flatMap((one) => (one.status === 'failed' ? [one] : []));
    expect(sick.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['chain', 'market', 'facilitator', 'storefront', 'irc']),
    );
    for (const { remedy } of sick) expect(remedy).not.toBe('');
    expect(healthText(health)).toContain('What to do:');
  });

  it('gives up a check that never answers', async () => {
    const never = { name: 'never', look: () => new Promise<never>(() => undefined) };

    const [finding] = await runChecks([never], 20);

    expect(finding).toMatchObject({ status: 'failed', found: 'no answer within 0.02 s' });
  });
});
