import type { Address } from '#contract/ids.ts';
import { type Moved, refused } from '#core/exchange/refusal.ts';
import type { Services } from './services.ts';

/** EM's `IdentityCheckResponse` in our words; `error` when the registry could not be asked, or does not show which id it is. */
interface Standing {
  readonly status: 'registered' | 'not_registered' | 'error';
  readonly agentId?: bigint | undefined;
  readonly error?: string | undefined;
}

/** What the ERC-8004 registry says of a wallet now. */
export async function registered(wallet: Address, { registries }: Services): Promise<Standing> {
  try {
    const identity = await registries?.identityOf(wallet);
    return identity
      ? { status: 'registered', agentId: identity.agentId }
      : { status: 'not_registered' };
  } catch (error) {
    return { status: 'error', error: error instanceof Error ? error.message : String(error) };
  }
}

/** With EM's switch on: why a wallet without an identity may neither publish nor apply. */
export async function refuseStranger(
  wallet: Address,
  { registries, requireIdentity = false }: Services,
): Promise<Extract<Moved<never>, { ok: false }> | undefined> {
  if (!requireIdentity || (await registries?.holdsAny(wallet)) === true) return undefined;
  return refused('unidentified', `Wallet ${wallet} has no ERC-8004 identity: register it first`);
}
