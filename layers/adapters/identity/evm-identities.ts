import type { Address, AgentId } from '#contract/ids.ts';
import type { Identities, Standing } from '#core/ports/identities.ts';
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
  /** A wallet's ERC-8004 id, as somebody knows it who has searched the chain; need not be true. */
  readonly lookUp: (wallet: Address) => Promise<bigint | undefined>;
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

  async standingOf(wallet: Address, clients: readonly Address[]): Promise<Standing | undefined> {
    // one cheap read spares most strangers' search
    if (!(await this.#registries.holdsAny(wallet))) return undefined;
    const agentId = await this.#options.lookUp(wallet);
    // whoever was asked only names it: the registry says whose it is
    const identity =
      agentId === undefined ? undefined : await this.#registries.confirm(agentId, wallet);
    if (identity === undefined) return undefined;
    const { count, score } = await this.#registries.reputationOf(identity.agentId, clients);
    return { owner: identity.owner, count, score };
  }

  async #ours(agentId: bigint): Promise<bigint> {
    const { address } = this.#options.signer;
    if (await this.#registries.confirm(agentId, address)) return agentId;
    throw new Error(
      `ERC-8004 identity ${agentId} is not of our wallet ${address}: hand it over, or take it out of the stage's \`identities\` to register a new one.`,
    );
  }
}
