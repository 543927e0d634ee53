import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { startSecrets } from '../../../scripts/local/cloud/secrets.ts';

const dir = mkdtempSync(join(tmpdir(), 'viva-secret-'));
let secrets: Awaited<ReturnType<typeof startSecrets>>;
let client: SecretsManagerClient;
beforeAll(async () => {
  secrets = await startSecrets({ dir });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SecretsManagerClient({ endpoint: secrets.url, region: 'us-east-1', credentials });
});
afterAll(async () => {
  await secrets.close();
  rmSync(dir, { recursive: true });
});

describe('readWalletSecret', () => {
  it('reads the private key', async () => {
    secrets.ensure('good', JSON.stringify({ privateKey: `0x${'42'.repeat(32)}` }));

    expect(await readWalletSecret(client, 'good')).toBe(`0x${'42'.repeat(32)}`);
  });

  it.each(['hunter2-no-json', '{"privateKey":"0xhunter2"}', '{"key":"hunter2"}', '"hunter2"'])(
    'names the secret and not its value: %#',
    async (value) => {
      const name = `bad-${String(value.length)}`;
      secrets.ensure(name, value);

      const error: unknown = await readWalletSecret(client, name).catch(
        (thrown: unknown) => thrown,
      );

      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toContain(`"${name}" holds no wallet`);
      expect(
        `${String(error)}${String((error as Error).cause)}${(error as Error).stack ?? ''}`,
      ).not.toContain('hunter2');
    },
  );

  it('says which secret is missing', async () => {
    await expect(readWalletSecret(client, 'absent')).rejects.toThrow();
  });
});
