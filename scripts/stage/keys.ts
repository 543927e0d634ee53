import { privateKeyToAddress } from 'viem/accounts';
import { findWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address, type Hex } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { walletOwners } from '#contract/roster.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { explainAws } from './explain-aws.ts';
import type { Site } from './site.ts';

/** A key that is in use; never to be printed. */
export interface Held {
  readonly key: Hex;
  readonly address: Address;
}

export function ownersOf({ stage }: Pick<Site, 'stage'>) {
  return walletOwners({ hasOwnMarket: stage.market.kind === 'own' });
}

export function heldBy(key: Hex): Held {
  return { key, address: Address.parse(privateKeyToAddress(key)) };
}

/** Whoever of the stage has a wallet, by name. @throws CannotStart when Secrets Manager cannot be asked, or holds something else */
export async function walletsOf(site: Site): Promise<ReadonlyMap<string, Held>> {
  const found = await Promise.all(
    ownersOf(site).map(async ({ name }) => {
      const key = await findWalletSecret(
        site.secrets,
        walletSecretName(site.stage.name, name),
      ).catch((error: unknown) => {
        const words = error instanceof Error ? error.message : '';
        throw words.includes('holds no wallet') ? new CannotStart(words) : explainAws(error);
      });
      return key === undefined ? [] : [[name, heldBy(key)] as const];
    }),
  );
  return new Map(found.flat());
}

/** @throws CannotStart when it has none */
export async function walletOf(site: Site, owner: string): Promise<Held> {
  const held = (await walletsOf(site)).get(owner);
  if (held) return held;
  const { name } = site.stage;
  throw new CannotStart(
    `${owner} has no wallet in stage ${name}: make it with \`viva wallets create --stage ${name}\`, or import one.`,
  );
}
