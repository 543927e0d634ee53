import { readFile, stat } from 'node:fs/promises';
import { english, mnemonicToAccount } from 'viem/accounts';
import * as z from 'zod';
import { secretJson, storeSecret } from '#adapters/secrets/secret.ts';
import { storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import type { Address, Hex } from '#contract/ids.ts';
import { seedSecretName, walletSecretName } from '#contract/keys.ts';
import { formatUsdc } from '#contract/money.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { type Held, heldBy, ownersOf, walletsOf } from '../keys.ts';
import type { Site } from '../site.ts';
import { derived, enrolAll } from './create.ts';

/** What somebody brought: one key, or the seed of all. */
export type Brought =
  | { readonly kind: 'key'; readonly key: Hex }
  | { readonly kind: 'seed'; readonly mnemonic: string };

export interface Imported {
  readonly owner: string;
  readonly address: Address;
  readonly status: 'there' | 'imported' | 'would-import';
}

const LIMIT = 10_000;

/** From a file that only its owner may read, or from stdin. @throws CannotStart naming the file and never its content */
export async function readBrought(file: string | undefined): Promise<Brought> {
  return file === undefined
    ? parseBrought(await stdin(), 'What came on stdin')
    : parseBrought(await readFileOfOne(file), file);
}

/** @throws CannotStart when others may read it too */
export async function readFileOfOne(file: string): Promise<string> {
  const { mode } = await stat(file).catch((cause: unknown) => {
    throw new CannotStart(`${file} cannot be read: name the file that holds the key.`, { cause });
  });
  if ((mode & 0o077) !== 0)
    throw new CannotStart(
      `${file} can be read by others (mode ${(mode & 0o777).toString(8)}): \`chmod 600 ${file}\` first, and think of the key as seen.`,
    );
  return readFile(file, 'utf8');
}

async function stdin(): Promise<string> {
  if (process.stdin.isTTY)
    throw new CannotStart(
      'No key came: pipe it in, or name its file with --file. Never type it as an argument.',
    );
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LIMIT) break;
  }
  return text;
}

const Stored = z.union([
  z.object({ privateKey: z.string() }).transform(({ privateKey }) => privateKey),
  z.object({ private_key: z.string() }).transform(({ private_key: key }) => key),
  z.object({ mnemonic: z.string() }).transform(({ mnemonic }) => mnemonic),
]);

/** Hex of 32 bytes with or without 0x, words of BIP-39, or JSON with `privateKey`, `private_key` or `mnemonic`. */
export function parseBrought(text: string, what: string): Brought {
  const trimmed = text.trim();
  const inner = Stored.safeParse(secretJson(trimmed)).data?.trim() ?? trimmed;
  const [, digits] = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(inner) ?? [];
  if (digits !== undefined) return { kind: 'key', key: `0x${digits.toLowerCase()}` };
  const words = inner.split(/\s+/);
  if (
    [12, 15, 18, 21, 24].includes(words.length) &&
    words.every((word) => english.includes(word))
  ) {
    const mnemonic = words.join(' ');
    if (isSeed(mnemonic)) return { kind: 'seed', mnemonic };
  }
  throw new CannotStart(
    `${what} is no key: give 64 hex digits, the words of a seed, or JSON with "privateKey" or "mnemonic".`,
  );
}

function isSeed(mnemonic: string): boolean {
  try {
    mnemonicToAccount(mnemonic);
    return true;
  } catch {
    return false;
  }
}

interface Plan {
  readonly name: string;
  readonly was: Held | undefined;
  readonly held: Held;
}

/** A seed goes to everybody at its index, or to one; a key to one. What holds money is not overwritten. */
export async function importWallets(
  site: Site,
  brought: Brought,
  { owner, isDry }: { readonly owner: string | undefined; readonly isDry: boolean },
): Promise<readonly Imported[]> {
  const plans = await planned(site, brought, owner);
  for (const plan of plans) await refuseToBury(site, plan);
  if (!isDry && brought.kind === 'seed' && owner === undefined) {
    const { mnemonic } = brought;
    await storeSecret(site.secrets, seedSecretName(site.stage.name), JSON.stringify({ mnemonic }));
  }
  const done: Imported[] = [];
  for (const plan of plans) done.push(await importOne(site, plan, isDry));
  if (!isDry) await enrolAll(site);
  return done;
}

async function planned(
  site: Site,
  brought: Brought,
  owner: string | undefined,
): Promise<readonly Plan[]> {
  if (brought.kind === 'key' && owner === undefined)
    throw new CannotStart(
      'One key is of one owner: name it, as in `viva wallets import kk-validator`.',
    );
  const owners = ownersOf(site);
  const targets = owners.filter(({ name }) => owner === undefined || name === owner);
  if (targets.length === 0)
    throw new CannotStart(
      `Nobody called ${owner ?? ''} has a wallet in this stage: use one of ${owners.map(({ name }) => name).join(', ')}.`,
    );
  const there = await walletsOf(site);
  return targets.map(({ name, hdIndex }) => ({
    name,
    was: there.get(name),
    held: brought.kind === 'key' ? heldBy(brought.key) : derived(brought.mnemonic, hdIndex),
  }));
}

async function importOne(
  { secrets, stage }: Site,
  { name, was, held }: Plan,
  isDry: boolean,
): Promise<Imported> {
  const { address } = held;
  if (was?.address === address) return { owner: name, address, status: 'there' };
  if (isDry) return { owner: name, address, status: 'would-import' };
  await storeWalletSecret(secrets, walletSecretName(stage.name, name), held.key);
  return { owner: name, address, status: 'imported' };
}

async function refuseToBury({ chain, stage }: Site, { name, was, held }: Plan): Promise<void> {
  if (was === undefined || was.address === held.address) return;
  const balance = await chain.balanceOf(was.address);
  if (balance === 0n) return;
  throw new CannotStart(
    `${name} has another wallet (${was.address}) with ${formatUsdc(balance)} USDC: \`viva wallets sweep ${name} --stage ${stage.name}\` first.`,
  );
}
