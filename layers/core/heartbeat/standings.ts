import { Address } from '#contract/ids.ts';
import type { Standing } from '../ports/identities.ts';
import type { Application } from '../ports/market.ts';
import type { Eyes } from './look.ts';

/** How many wallets one bounty asks about: whoever comes later has had no chance to be better known. */
const ASKED = 10;

/**
 * What our own client list (the roster's wallets and the relayers that speak for them) has said of those who apply. Asked only when it
 * can make a difference: somebody applied whom the roster does not know, or several did. Who cannot be asked about is absent.
 */
export async function standingsOf(
  applications: readonly Application[],
  { agents, identities, network, self }: Eyes,
): Promise<ReadonlyMap<Address, Standing> | undefined> {
  const others = applications.filter(({ wallet }) => wallet !== self);
  const wallets = [...new Set(others.map(({ wallet }) => wallet))].slice(0, ASKED);
  if (wallets.length === 0) return undefined;
  const roster = await agents.roster();
  if (wallets.length === 1 && wallets.every((wallet) => roster.has(wallet))) return undefined;

  const relayers = network.relayers.map((one) => Address.parse(one));
  const clients = [...roster.keys(), ...relayers];
  const asked = await Promise.allSettled(
    wallets.map(async (wallet) => [wallet, await identities.standingOf(wallet, clients)] as const),
  );
  return new Map(
    asked.flatMap((answer) => {
      if (answer.status === 'rejected') return [];
      const [wallet, standing] = answer.value;
      return standing === undefined ? [] : [[wallet, standing] as const];
    }),
  );
}
