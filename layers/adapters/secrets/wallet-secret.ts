import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { findSecret, secretJson, storeSecret } from './secret.ts';

const WalletSecret = z.object({
  privateKey: z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{64}$/)]),
});
type PrivateKey = `0x${string}`;

/**
 * The private key in a wallet's secret: JSON `{ "privateKey": "0x..." }` of 32 bytes.
 * @throws when it cannot be read or is no such JSON; the message names the secret and never shows its value
 */
export async function readWalletSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<PrivateKey> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  const parsed = WalletSecret.safeParse(secretJson(SecretString ?? ''));
  if (!parsed.success) {
    throw new Error(`Secret "${name}" holds no wallet: store {"privateKey":"0x<64 hex digits>"}.`);
  }
  return parsed.data.privateKey;
}

/** Undefined for a secret that is not there, or has no value yet. @throws as readWalletSecret does */
export async function findWalletSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<PrivateKey | undefined> {
  return (await findSecret(client, name)) === undefined
    ? undefined
    : readWalletSecret(client, name);
}

/** Writes a wallet's secret, whatever it held; makes it when it is not there. */
export async function storeWalletSecret(
  client: SecretsManagerClient,
  name: string,
  privateKey: PrivateKey,
): Promise<void> {
  await storeSecret(client, name, JSON.stringify({ privateKey }));
}
