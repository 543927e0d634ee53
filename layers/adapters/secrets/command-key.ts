import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CommandKey } from '#contract/command.ts';

/**
 * The key in the secret: JSON `{ "key": "<64 hex digits>" }`; undefined while nobody has written one.
 * @throws when it is no such JSON; the message names the secret and never shows its value
 */
export async function readCommandKey(
  client: SecretsManagerClient,
  name: string,
): Promise<string | undefined> {
  const text = await valueOf(client, name);
  if (text === undefined) return undefined;
  const parsed = CommandKey.safeParse(json(text));
  if (parsed.success) return parsed.data.key;
  throw new Error(`Secret "${name}" holds no command key: store {"key":"<64 hex digits>"}.`);
}

async function valueOf(client: SecretsManagerClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

// the error of JSON.parse quotes its input
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
