import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';

const WalletSecret = z.object({
  privateKey: z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{64}$/)]),
});

/**
 * The private key in a wallet's secret: JSON `{ "privateKey": "0x..." }` of 32 bytes.
 * @throws when it cannot be read or is no such JSON; the message names the secret and never shows its value
 */
export async function readWalletSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<`0x${string}`> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  const parsed = WalletSecret.safeParse(json(SecretString ?? ''));
  if (!parsed.success) {
    throw new Error(`Secret "${name}" holds no wallet: store {"privateKey":"0x<64 hex digits>"}.`);
  }
  return parsed.data.privateKey;
}

// the error of JSON.parse quotes its input
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
