import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CommandKey } from '#contract/command.ts';
import { findSecret, secretJson } from './secret.ts';

/**
 * The key in the secret: JSON `{ "key": "<64 hex digits>" }`; undefined while nobody has written one.
 * @throws when it is no such JSON; the message names the secret and never shows its value
 */
export async function readCommandKey(
  client: SecretsManagerClient,
  name: string,
): Promise<string | undefined> {
  const text = await findSecret(client, name);
  if (text === undefined) return undefined;
  const parsed = CommandKey.safeParse(secretJson(text));
  if (parsed.success) return parsed.data.key;
  throw new Error(`Secret "${name}" holds no command key: store {"key":"<64 hex digits>"}.`);
}
