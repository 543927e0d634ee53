import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import type { AgentId } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { economyAt } from '../economy-at.ts';

const STAGE = 'local';

/** The stage's market as one agent meets it, signed with its wallet from the local Secrets Manager. */
export async function marketOf(agent: AgentId, dir: string) {
  const { connection, clients } = await economyAt(dir);
  const { network } = clients.chain;
  const key = await readWalletSecret(clients.secrets, walletSecretName(STAGE, agent));
  const wallet = new EvmWallet(key, network);
  const options = {
    url: connection.marketUrl,
    now: () => new Date(),
    signer: {
      chainId: network.chainId,
      address: wallet.address,
      signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
    },
  };
  const payment = network.isMainnet ? ('base' as const) : ('base-sepolia' as const);
  return {
    agent,
    self: wallet.address,
    clients,
    market: new EmMarket({ ...options, network: payment }),
    operator: new EmOperator(options),
  };
}

export type MarketHere = Awaited<ReturnType<typeof marketOf>>;
