import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { findSecret, secretJson } from '#adapters/secrets/secret.ts';
import type { AgentId } from '#contract/ids.ts';
import { agentOf } from '#contract/roster.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { explainAws } from '../explain-aws.ts';
import { type Held, heldBy } from '../keys.ts';
import { PATIENT, type Site } from '../site.ts';
import { derived } from '../wallets/create.ts';
import { type Brought, importWallets, parseBrought, readFileOfOne } from '../wallets/import-key.ts';

/** Where keys come from: never the command line itself. */
export interface KeySource {
  /** A file that only its owner may read. */
  readonly keys?: string;
  /** A secret; `{agent}` in its name stands for each agent's id. */
  readonly keysSecret?: string;
  readonly keysRegion?: string;
}

/** What was brought for whom: one seed for all, or a key for each. */
export type Keys =
  | { readonly kind: 'seed'; readonly mnemonic: string }
  | { readonly kind: 'each'; readonly keys: ReadonlyMap<AgentId, Brought & { kind: 'key' }> };

/** Undefined when no source is named. @throws CannotStart naming the source and never what it holds */
export async function readKeys(
  site: Site,
  agents: readonly AgentId[],
  { keys, keysSecret, keysRegion }: KeySource,
): Promise<Keys | undefined> {
  if (keys !== undefined && keysSecret !== undefined)
    throw new CannotStart('--keys and --keys-secret are two sources: give one.');
  if (keys !== undefined) return keysIn(await readFileOfOne(keys), keys, agents);
  if (keysSecret === undefined) return undefined;
  const client =
    site.connection || keysRegion === undefined
      ? site.secrets
      : new SecretsManagerClient({ region: keysRegion, maxAttempts: 2, requestHandler: PATIENT });
  if (!keysSecret.includes('{agent}'))
    return keysIn(await secretOf(client, keysSecret), `secret ${keysSecret}`, agents);
  const found = new Map<AgentId, Brought & { kind: 'key' }>();
  for (const agent of agents) {
    const name = keysSecret.replaceAll('{agent}', agent);
    found.set(agent, keyIn(await secretOf(client, name), `secret ${name}`));
  }
  return { kind: 'each', keys: found };
}

async function secretOf(client: SecretsManagerClient, name: string): Promise<string> {
  const text = await findSecret(client, name).catch((error: unknown) => {
    throw explainAws(error);
  });
  if (text !== undefined) return text;
  throw new CannotStart(`Secret ${name} is not there: check its name, and --keys-region.`);
}

/** A seed, or JSON of a key by agent. */
function keysIn(text: string, what: string, agents: readonly AgentId[]): Keys {
  const json = secretJson(text);
  const byAgent = agents.flatMap((agent) => {
    const value: unknown =
      typeof json === 'object' && json !== null ? Reflect.get(json, agent) : undefined;
    if (value === undefined) return [];
    const words = typeof value === 'string' ? value : JSON.stringify(value);
    return [[agent, keyIn(words, `What ${what} has for ${agent}`)] as const];
  });
  if (byAgent.length > 0) return { kind: 'each', keys: new Map(byAgent) };
  const brought = parseBrought(text, what);
  if (brought.kind === 'seed') return brought;
  throw new CannotStart(
    `${what} holds one key and ${agents.length} are wanted: give the seed, or JSON {"<agent>": "<key>"}.`,
  );
}

function keyIn(text: string, what: string): Brought & { kind: 'key' } {
  const brought = parseBrought(text, what);
  if (brought.kind === 'key') return brought;
  throw new CannotStart(`${what} is a seed and no key: a seed is given once for all.`);
}

/** The wallet that this would be the agent's; undefined when nothing was brought for it. */
export function heldFrom(keys: Keys | undefined, agent: AgentId): Held | undefined {
  if (keys === undefined) return undefined;
  if (keys.kind === 'seed') return derived(keys.mnemonic, agentOf(agent).hdIndex);
  const brought = keys.keys.get(agent);
  return brought && heldBy(brought.key);
}

/** Puts them where the rooms read them; once or twice is the same. */
export async function storeKeys(site: Site, keys: Keys, isDry: boolean): Promise<void> {
  if (keys.kind === 'seed') {
    await importWallets(site, keys, { owner: undefined, isDry });
    return;
  }
  for (const [owner, key] of keys.keys) await importWallets(site, key, { owner, isDry });
}
