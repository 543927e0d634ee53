import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { IrcCredentials } from '#contract/irc-server.ts';

/**
 * The services accounts of agents on IRC; none while nobody has stored any.
 * @throws when it cannot be read or is no such JSON; the message names the secret and never shows its value
 */
export async function readIrcCredentials(
  client: SecretsManagerClient,
  name: string,
): Promise<IrcCredentials> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return parse(SecretString ?? '', name);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return {};
    throw error;
  }
}

function parse(text: string, name: string): IrcCredentials {
  try {
    return IrcCredentials.parse(JSON.parse(text));
  } catch {
    // the error would quote its input
    throw new Error(
      `Secret "${name}" holds no IRC accounts: store {"<agent id>": {"account": "...", "password": "..."}}.`,
    );
  }
}
