import { randomBytes } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { commandKeyName } from '#contract/command.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { ROSTER, SERVICE_HD_INDEX } from '#contract/roster.ts';
import { devAccount, devPrivateKey } from '../chain/accounts.ts';

/** Puts the development keys where a deployment keeps real ones, and tells the roster whose wallet is whose. */
export async function giveWallets(
  secrets: SecretsManagerClient,
  agents: DynamoAgents,
  stage: string,
): Promise<void> {
  await giveKeys(secrets, stage);
  for (const { id, hdIndex } of ROSTER)
    await agents.enrol(id, Address.parse(devAccount(hdIndex).address));
}

/** A key of this machine's own that signs commands on IRC, unless there is one. */
export async function giveCommandKey(secrets: SecretsManagerClient, stage: string): Promise<void> {
  const SecretId = commandKeyName(stage);
  if ((await current(secrets, SecretId)) !== undefined) return;
  const SecretString = JSON.stringify({ key: randomBytes(32).toString('hex') });
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
}

/** Puts the development keys where a deployment keeps real ones. */
export async function giveKeys(secrets: SecretsManagerClient, stage: string): Promise<void> {
  const owners = [
    ...ROSTER.map(({ id, hdIndex }) => ({ name: String(id), hdIndex })),
    { name: 'facilitator', hdIndex: SERVICE_HD_INDEX.facilitator },
    { name: 'market', hdIndex: SERVICE_HD_INDEX.market },
    { name: 'deployer', hdIndex: SERVICE_HD_INDEX.deployer },
  ];
  for (const { name, hdIndex } of owners) {
    const SecretId = walletSecretName(stage, name);
    const SecretString = JSON.stringify({ privateKey: devPrivateKey(hdIndex) });
    if ((await current(secrets, SecretId)) !== SecretString) {
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
    }
  }
}

async function current(
  secrets: SecretsManagerClient,
  SecretId: string,
): Promise<string | undefined> {
  try {
    return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
