import { toHex } from 'viem';
import { type HDAccount, mnemonicToAccount } from 'viem/accounts';

/** The public test mnemonic of every development chain. Whoever reads this owns these keys: never fund them. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

/** The account at `m/44'/60'/0'/0/<index>`. */
export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index });
}

/** Its private key, for the local cloud's secrets. */
export function devPrivateKey(index: number): `0x${string}` {
  const key = devAccount(index).getHdKey().privateKey;
  if (!key) throw new Error(`The dev mnemonic gives no private key at index ${String(index)}.`);
  return toHex(key);
}
