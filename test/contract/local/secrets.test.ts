import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS, REGION } from '../../../scripts/local/cloud/aws.ts';
import { type Secrets, startSecrets } from '../../../scripts/local/cloud/secrets.ts';
import { temporaryFolder } from '../../support/local-cloud.ts';

const { dir, remove } = temporaryFolder();
let secrets: Secrets;
let client: SecretsManagerClient;

const connect = ({ url }: Secrets) =>
  new SecretsManagerClient({
    endpoint: url,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });

beforeAll(async () => {
  secrets = await startSecrets({ dir });
  client = connect(secrets);
});
afterAll(async () => {
  client.destroy();
  await secrets.close();
  remove();
});

describe('the local Secrets Manager', () => {
  it('keeps the newest value of a secret, by name or ARN', async () => {
    const { ARN } = await client.send(
      new CreateSecretCommand({ Name: 'kk/wallet', SecretString: 'old' }),
    );
    const put = await client.send(
      new PutSecretValueCommand({ SecretId: ARN, SecretString: 'new' }),
    );
    const got = await client.send(new GetSecretValueCommand({ SecretId: 'kk/wallet' }));

    expect(got).toMatchObject({
      ARN,
      Name: 'kk/wallet',
      SecretString: 'new',
      VersionId: put.VersionId,
      VersionStages: ['AWSCURRENT'],
    });
    expect(
      (await client.send(new DescribeSecretCommand({ SecretId: ARN }))).VersionIdsToStages,
    ).toEqual({
      [put.VersionId ?? '']: ['AWSCURRENT'],
    });
  });

  it('refuses what Secrets Manager refuses', async () => {
    await client.send(new CreateSecretCommand({ Name: 'kk/empty' }));
    const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));

    await expect(read('kk/nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(read('kk/empty')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(client.send(new CreateSecretCommand({ Name: 'kk/empty' }))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    await expect(
      client.send(new RotateSecretCommand({ SecretId: 'kk/empty' })),
    ).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });

  it('keeps values over a restart, in a file that only its owner reads', async () => {
    await client.send(
      new CreateSecretCommand({ Name: 'kk/kept', SecretBinary: new Uint8Array([1, 2]) }),
    );
    const again = await startSecrets({ dir });
    const other = connect(again);
    const { SecretBinary } = await other.send(new GetSecretValueCommand({ SecretId: 'kk/kept' }));
    other.destroy();
    await again.close();

    expect([...(SecretBinary ?? [])]).toEqual([1, 2]);
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'secrets.json'), 'utf8')).toContain('kk/kept');
  });

  it('never overwrites a value because the template names the secret', () => {
    secrets.ensure('kk/wallet', 'from the template');

    expect(secrets.valueOf('kk/wallet')).toBe('new');
  });

  it('deletes', async () => {
    await client.send(
      new DeleteSecretCommand({ SecretId: 'kk/empty', ForceDeleteWithoutRecovery: true }),
    );
    const { SecretList = [] } = await client.send(new ListSecretsCommand({}));

    expect(SecretList.map(({ Name }) => Name).toSorted()).toEqual(['kk/kept', 'kk/wallet']);
  });
});
