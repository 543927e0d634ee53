import { encodeFunctionData } from 'viem';
import { simulateContract } from 'viem/actions';
import type { EscrowSettleRequest, PaymentInfo } from '#contract/escrow.ts';
import type { TxHash } from '#contract/ids.ts';
import { operatorAbi } from '../evm/abi.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { toChain } from '../evm/payment-info.ts';
import { type Call, revertReason } from '../evm/sending.ts';
import { refuseAuthorization, refuseTerms } from './escrow-terms.ts';
import type { Sender } from './sender.ts';

/** `tx` is mined and did what was asked; `reason` is a word of ours or of the contracts. */
export type Settled =
  | { readonly kind: 'settled'; readonly tx: TxHash }
  | { readonly kind: 'refused'; readonly reason: string };

type Step = 'lock' | 'release' | 'refund';

/**
 * Moves escrows by the operator contract. The chain is asked before anything is sent, again under the lease, and again when a
 * transaction failed: asking twice, being killed between sending and answering, and racing another all end with one transaction.
 */
export class EscrowSettler {
  readonly #chain: EvmChain;
  readonly #sender: Sender;
  /** Unix seconds. */
  readonly #now: () => number;

  constructor(chain: EvmChain, sender: Sender, now: () => number) {
    this.#chain = chain;
    this.#sender = sender;
    this.#now = now;
  }

  /** Locks without an action; whoever calls has checked that the market asked for one. @throws when the outcome is not known */
  async settle(request: EscrowSettleRequest): Promise<Settled> {
    const { network } = this.#chain;
    const { payload, action } = request;
    const step: Step = action === undefined ? 'lock' : action === 'release' ? 'release' : 'refund';

    const reason = refuseTerms(network, request);
    if (reason !== undefined) return refused(reason);
    const before = await this.#known(step, payload.paymentInfo);
    if (before) return before;
    if (step === 'lock') {
      const unsigned = refuseAuthorization(network, payload, this.#now());
      if (unsigned !== undefined) return refused(unsigned);
    }

    return this.#sender.exclusively(async (send) => {
      const meanwhile = await this.#known(step, payload.paymentInfo);
      if (meanwhile) return meanwhile;
      const call = await this.#simulate(step, payload);
      if ('kind' in call) return call;
      const hash = await send(call);
      const { status } = await this.#sender.receiptOf(hash);
      if (status === 'success') return { kind: 'settled', tx: hash };
      return (await this.#known(step, payload.paymentInfo)) ?? refused('transaction_reverted');
    });
  }

  /** What the chain says has become of it already; undefined when the step is still to be done. */
  async #known(step: Step, info: PaymentInfo): Promise<Settled | undefined> {
    const { kind } = await this.#chain.escrowState(info);
    if (step === 'lock') {
      const locked = kind === 'none' ? undefined : await this.#chain.lockOf(info);
      return locked && { kind: 'settled', tx: locked.tx };
    }
    if (kind === 'none') return refused('not_locked');
    if (kind === 'locked') return undefined;
    const closed = await this.#chain.closeOf(info);
    if (!closed) return undefined;
    const isAsAsked = (closed.kind === 'captured') === (step === 'release');
    return isAsAsked ? { kind: 'settled', tx: closed.tx } : refused(`already_${closed.kind}`);
  }

  /** The step as a call that would succeed now, or the contracts' word against it. */
  async #simulate(step: Step, payload: EscrowSettleRequest['payload']): Promise<Call | Settled> {
    const info = toChain(payload.paymentInfo);
    const { client, network } = this.#chain;
    const from = { address: network.operator, account: this.#sender.address };
    try {
      if (step === 'lock') {
        const args = [
          info,
          info.maxAmount,
          network.tokenCollector,
          payload.signature ?? '0x',
        ] as const;
        const call = { abi: operatorAbi, functionName: 'authorize', args } as const;
        await simulateContract(client, { ...from, ...call });
        return { to: network.operator, data: encodeFunctionData(call) };
      }
      const functionName = step === 'release' ? 'release' : 'refundInEscrow';
      const call = { abi: operatorAbi, functionName, args: [info, info.maxAmount] } as const;
      await simulateContract(client, { ...from, ...call });
      return { to: network.operator, data: encodeFunctionData(call) };
    } catch (error) {
      return refused(revertReason(error));
    }
  }
}

function refused(reason: string): Settled {
  return { kind: 'refused', reason };
}
