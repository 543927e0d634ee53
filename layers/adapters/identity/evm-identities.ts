import type { Address, AgentId } from '#contract/ids.ts';
import type { Identities, Identity, Reputation } from '#core/ports/identities.ts';
import type { Signer } from '../erc8128/sign.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { registerIdentity } from './register.ts';
import { Registries } from './registries.ts';

export interface EvmIdentitiesOptions {
  readonly chain: EvmChain;
  readonly signer: Signer;
  readonly facilitatorUrl: string;
  /** Where the agents' cards are, without a slash at the end. */
  readonly storefrontUrl: string;
  /** Decimal id that the operator says is our wallet's. @default - the registry's, or a new one */
  readonly imported?: string | undefined;
  readonly now: () => Date;
}

/** One agent's way to the ERC-8004 registries: reads go to the chain, a registration through the facilitator, for agents hold no gas. */
export class EvmIdentities implements Identities {
  readonly #options: EvmIdentitiesOptions;
  readonly #registries: Registries;

  constructor(options: EvmIdentitiesOptions) {
    this.#options = options;
    this.#registries = new Registries(options.chain);
  }

  async own(agent: AgentId): Promise<bigint> {
    const { chain, signer, facilitatorUrl, storefrontUrl, imported, now } = this.#options;
    if (imported !== undefined) return this.#ours(BigInt(imported));
    const found = await this.#registries.identityOf(signer.address);
    if (found) return found.agentId;
    const registered = await registerIdentity({
      facilitatorUrl,
      network: chain.network,
      agentUri: `${storefrontUrl}/agents/${agent}/card.json`,
      signer,
      now: Math.floor(now().getTime() / 1000),
    });
    // what the facilitator says is believed when the registry says it too
    return this.#ours(registered);
  }

  confirm(agentId: bigint, wallet: Address): Promise<Identity | undefined> {
    return this.#registries.confirm(agentId, wallet);
  }

  reputationOf(agentId: bigint, clients: readonly Address[]): Promise<Reputation> {
    return this.#registries.reputationOf(agentId, clients);
  }

  async #ours(agentId: bigint): Promise<bigint> {
    const { address } = this.#options.signer;
    if (await this.#registries.confirm(agentId, address)) return agentId;
    throw new Error(
      `ERC-8004 identity ${agentId} is not of our wallet ${address}: hand it over, or take it out of the stage's \`identities\` to register a new one.`,
    );
  }
}
