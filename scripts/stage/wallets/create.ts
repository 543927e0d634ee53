import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { toHex } from 'viem';
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts';
import * as z from 'zod';
import { secretJson, storeSecret } from '#adapters/secrets/secret.ts';
import { storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import type { Address } from '#contract/ids.ts';
import { seedSecretName, walletSecretName } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { heldBy, ownersOf, walletsOf } from '../keys.ts';
import { type Site, storesOf } from '../site.ts';

export interface Made {
  readonly owner: string;
  /** Absent when a dry run would make a seed first. */
  readonly address?: Address;
  readonly status: 'there' | 'created' | 'would-create';
}

/** Gives a wallet to every owner that has none, all from one seed of the stage; what is there stays. */
export async function createWallets(site: Site, isDry: boolean): Promise<readonly Made[]> {
  const there = await walletsOf(site);
  const missing = ownersOf(site).filter(({ name }) => !there.has(name));
  const seed = missing.length === 0 ? undefined : await seedOf(site, isDry);
  const made: Made[] = [];
  for (const { name, hdIndex } of ownersOf(site)) {
    const held = there.get(name);
    if (held) made.push({ owner: name, address: held.address, status: 'there' });
    else made.push(await makeOne(site, { name, hdIndex, seed }, isDry));
  }
  if (!isDry) await enrolAll(site);
  return made;
}

async function makeOne(
  { secrets, stage }: Site,
  {
    name,
    hdIndex,
    seed,
  }: { readonly name: string; readonly hdIndex: number; readonly seed: string | undefined },
  isDry: boolean,
): Promise<Made> {
  if (seed === undefined) return { owner: name, status: 'would-create' };
  const { key, address } = derived(seed, hdIndex);
  if (!isDry) await storeWalletSecret(secrets, walletSecretName(stage.name, name), key);
  return { owner: name, address, status: isDry ? 'would-create' : 'created' };
}

export function derived(mnemonic: string, hdIndex: number) {
  const key = mnemonicToAccount(mnemonic, { addressIndex: hdIndex }).getHdKey().privateKey;
  if (!key) throw new Error(`The seed gives no key at index ${hdIndex}.`);
  return heldBy(toHex(key));
}

/** Tells the economy whose wallet is whose. @returns false when the stage is not deployed: the deployment does it */
export async function enrolAll(site: Site): Promise<boolean> {
  const wallets = await walletsOf(site);
  try {
    const { agents } = await storesOf(site);
    for (const { id } of ROSTER) {
      const held = wallets.get(id);
      if (held) await agents.enrol(id, held.address);
    }
    return true;
  } catch (error) {
    if (error instanceof CannotStart) return false;
    throw error;
  }
}

const Seed = z.object({ mnemonic: z.string() });

async function seedOf({ secrets, stage }: Site, isDry: boolean): Promise<string | undefined> {
  const SecretId = seedSecretName(stage.name);
  try {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const seed = Seed.safeParse(secretJson(SecretString)).data;
    if (seed) return seed.mnemonic;
    throw new CannotStart(
      `Secret ${SecretId} holds no seed: store {"mnemonic":"<words>"} there, or remove it.`,
    );
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  if (isDry) return undefined;
  const mnemonic = generateMnemonic(english, 256);
  await storeSecret(secrets, SecretId, JSON.stringify({ mnemonic }));
  return mnemonic;
}
