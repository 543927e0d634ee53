import { randomBytes } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { privateKeyToAddress } from 'viem/accounts';
import type { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { findSecret, storeSecret } from '#adapters/secrets/secret.ts';
import {
  findWalletSecret,
  readWalletSecret,
  storeWalletSecret,
} from '#adapters/secrets/wallet-secret.ts';
import { commandKeyName } from '#contract/command.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { ROSTER, walletOwners } from '#contract/roster.ts';
import { devPrivateKey } from '../chain/accounts.ts';

/** Puts the development keys where a deployment keeps real ones, and tells the roster whose wallet is whose. */
export async function giveWallets(
  secrets: SecretsManagerClient,
  agents: DynamoAgents,
  stage: string,
): Promise<void> {
  await giveKeys(secrets, stage);
  for (const { id } of ROSTER) {
    const key = await readWalletSecret(secrets, walletSecretName(stage, id));
    await agents.enrol(id, Address.parse(privateKeyToAddress(key)));
  }
}

/** A key of this machine's own that signs commands on IRC, unless there is one. */
export async function giveCommandKey(secrets: SecretsManagerClient, stage: string): Promise<void> {
  const name = commandKeyName(stage);
  if ((await findSecret(secrets, name)) !== undefined) return;
  await storeSecret(secrets, name, JSON.stringify({ key: randomBytes(32).toString('hex') }));
}

/** Puts the development keys where a deployment keeps real ones; a wallet that is there stays, for it may be a later one. */
export async function giveKeys(secrets: SecretsManagerClient, stage: string): Promise<void> {
  for (const { name, hdIndex } of walletOwners({ hasOwnMarket: true })) {
    const secret = walletSecretName(stage, name);
    if ((await findWalletSecret(secrets, secret)) === undefined)
      await storeWalletSecret(secrets, secret, devPrivateKey(hdIndex));
  }
}
