import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Undefined for a secret that is not there, or has no value yet. */
export async function findSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Writes a secret, whatever it held; makes it when it is not there. */
export async function storeSecret(
  client: SecretsManagerClient,
  name: string,
  SecretString: string,
): Promise<void> {
  try {
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    await client.send(new CreateSecretCommand({ Name: name, SecretString }));
  }
}

/** JSON of a secret, or undefined: the error of JSON.parse quotes its input, and must not get out. */
export function secretJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
