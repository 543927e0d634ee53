import { encodeFunctionData } from 'viem';
import { getBalance, sendRawTransaction, simulateContract } from 'viem/actions';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { SettleOutcome } from '#core/ports/facilitator.ts';
import type { Payer } from '#core/ports/payer.ts';
import { escrowAbi } from './abi.ts';
import type { EvmChain } from './evm-chain.ts';
import type { EvmWallet } from './evm-wallet.ts';
import { toChain } from './payment-info.ts';
import { receiptOf, revertReason, transactionOf } from './sending.ts';

/**
 * Reclaims by the payer's own transaction, which costs it gas (about 60,000): the one call for which an agent's wallet holds ether.
 * The chain is asked before anything is sent, and what is sent again takes the place of what is still waiting.
 */
export class EvmPayer implements Payer {
  readonly #chain: EvmChain;
  readonly #wallet: EvmWallet;

  constructor(chain: EvmChain, wallet: EvmWallet) {
    this.#chain = chain;
    this.#wallet = wallet;
  }

  async reclaim(info: PaymentInfo): Promise<SettleOutcome> {
    const known = await this.#known(info);
    if (known) return known;
    const { client, network } = this.#chain;
    const { address } = this.#wallet;
    const call = { abi: escrowAbi, functionName: 'reclaim', args: [toChain(info)] } as const;
    try {
      await simulateContract(client, { address: network.escrow, account: address, ...call });
    } catch (error) {
      return { kind: 'refused', reason: revertReason(error) };
    }
    const { chainId, escrow: to } = network;
    const transaction = await transactionOf(
      client,
      { to, data: encodeFunctionData(call) },
      { address, chainId, after: 'latest' },
    );
    const cost = transaction.gas * transaction.maxFeePerGas;
    const held = await getBalance(client, { address });
    if (held < cost) {
      const reason = `To reclaim, ${address} needs ${cost} wei for gas and has ${held}: send it some.`;
      return { kind: 'unknown', reason };
    }
    const serializedTransaction = await this.#wallet.signReclaim(transaction);
    const hash = await sendRawTransaction(client, { serializedTransaction });
    const { status } = await receiptOf(client, hash);
    if (status === 'success') return { kind: 'settled', tx: hash };
    return (await this.#known(info)) ?? { kind: 'unknown', reason: `${hash} was reverted` };
  }

  async #known(info: PaymentInfo): Promise<SettleOutcome | undefined> {
    const { kind } = await this.#chain.escrowState(info);
    if (kind === 'none') return { kind: 'refused', reason: 'not_locked' };
    const closed = kind === 'closed' ? await this.#chain.closeOf(info) : undefined;
    if (closed === undefined) return undefined;
    return closed.kind === 'voided'
      ? { kind: 'settled', tx: closed.tx }
      : { kind: 'refused', reason: 'already_captured' };
  }
}
