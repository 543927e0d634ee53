import type { Address } from '#contract/ids.ts';

/** Of `balanceOf(address)`. Source: https://eips.ethereum.org/EIPS/eip-20 */
const BALANCE_OF = '0x70a08231';
const TIMEOUT_MS = 3_000;

/**
 * A token's balance by one `eth_call`, in the token's own smallest units; undefined when the node gives no such answer. For whoever asks a chain
 * nothing else: viem is ten times the code, asks again, and says why.
 */
export async function askBalance(
  rpcUrl: string,
  { token, of }: { readonly token: Address; readonly of: Address },
): Promise<bigint | undefined> {
  const data = `${BALANCE_OF}${of.slice(2).padStart(64, '0')}`;
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_call',
    params: [{ to: token, data }, 'latest'],
  };
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const [, digits] = /"result":\s*"0x([0-9a-fA-F]{64})"/.exec(await response.text()) ?? [];
    return digits === undefined ? undefined : BigInt(`0x${digits}`);
  } catch {
    return undefined;
  }
}
