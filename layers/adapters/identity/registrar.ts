import { encodeFunctionData, parseEventLogs } from 'viem';
import type { Address, TxHash } from '#contract/ids.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import type { Sender } from '../facilitator/sender.ts';
import { identityAbi } from './abi.ts';
import { type Registered, Registries } from './registries.ts';

/** `tx` is absent when it was registered before. */
export interface Registration {
  readonly identity: Registered;
  readonly tx?: TxHash;
}

/**
 * Registers agents that hold no gas: mints by our one writer and hands over. Under its lease the chain is asked first, so asking
 * twice or being killed in between ends with one identity: one that was minted and not handed over is found by its URI.
 */
export class Registrar {
  readonly #chain: EvmChain;
  readonly #sender: Sender;
  readonly #registries: Registries;

  constructor(chain: EvmChain, sender: Sender) {
    this.#chain = chain;
    this.#sender = sender;
    this.#registries = new Registries(chain);
  }

  /** @throws BusyError, and whatever the chain says; nothing is lost by asking again */
  async register(owner: Address, uri: string): Promise<Registration> {
    const before = await this.#registries.identityOf(owner);
    if (before) return { identity: before };
    const { identity: registry } = this.#chain.network;
    const writer = this.#sender.address;
    return this.#sender.exclusively(async (send) => {
      const meanwhile = await this.#registries.identityOf(owner);
      if (meanwhile) return { identity: meanwhile };
      const left = await this.#registries.withCard(writer, uri);
      const agentId = left?.agentId ?? (await this.#mint(uri, send));
      const data = encodeFunctionData({
        abi: identityAbi,
        functionName: 'transferFrom',
        args: [writer, owner, agentId],
      });
      const tx = await send({ to: registry, data });
      await this.#mined(tx);
      return { identity: { agentId, owner, uri }, tx };
    });
  }

  async #mint(
    uri: string,
    send: (call: { to: Address; data: `0x${string}` }) => Promise<TxHash>,
  ): Promise<bigint> {
    const { identity: registry } = this.#chain.network;
    const call = { abi: identityAbi, functionName: 'register', args: [uri] } as const;
    const logs = await this.#mined(await send({ to: registry, data: encodeFunctionData(call) }));
    const [registered] = parseEventLogs({ abi: identityAbi, eventName: 'Registered', logs });
    if (!registered) throw new Error(`The registry ${registry} registered nothing.`);
    return registered.args.agentId;
  }

  async #mined(tx: TxHash) {
    const { status, logs } = await this.#sender.receiptOf(tx);
    if (status !== 'success') throw new Error(`Transaction ${tx} was reverted.`);
    return logs;
  }
}
