import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { registerIdentity } from '#adapters/identity/register.ts';
import { Registries } from '#adapters/identity/registries.ts';
import { ROSTER } from '#contract/roster.ts';
import { devPrivateKey } from '../chain/accounts.ts';
import type { Clients, Connection } from './connection.ts';

/** Gives each agent of the roster its ERC-8004 identity, whose URI is its card at the storefront. Does only what is missing. */
export async function giveIdentities(
  { storefrontUrl, facilitatorUrl }: Pick<Connection, 'storefrontUrl' | 'facilitatorUrl'>,
  { chain }: Pick<Clients, 'chain'>,
): Promise<void> {
  const { network } = chain;
  const registries = new Registries(chain);
  for (const { id, hdIndex } of ROSTER) {
    const wallet = new EvmWallet(devPrivateKey(hdIndex), network);
    if (await registries.identityOf(wallet.address)) continue;
    await registerIdentity({
      facilitatorUrl,
      network,
      agentUri: `${storefrontUrl}/agents/${id}/card.json`,
      signer: {
        chainId: network.chainId,
        address: wallet.address,
        signMessage: wallet.signMessage.bind(wallet),
      },
      now: Math.floor(Date.now() / 1000),
    });
  }
}
