import { createHash } from 'node:crypto';
import type { PaymentInfo } from '#contract/escrow.ts';
import { TxHash } from '#contract/ids.ts';
import type { Chain, EscrowState } from '#core/ports/chain.ts';
import type { Facilitator, SettleOutcome } from '#core/ports/facilitator.ts';

interface Payment {
  readonly info: PaymentInfo;
  readonly lock: TxHash;
  readonly end?: { readonly tx: TxHash; readonly kind: 'captured' | 'voided' };
}

/**
 * Chain and facilitator on paper: every payment is locked once and closed once, as the escrow contract has it, and every call
 * may come again. Faults are what a test sets `fail` to: the effect happens or not, and the answer says so or not.
 */
export class PaperEscrow implements Chain, Facilitator {
  readonly #payments = new Map<string, Payment>();
  moves = 0;
  fail: 'refuse' | 'before' | 'after' | undefined;
  isChainDown = false;

  lock(info: PaymentInfo): Promise<SettleOutcome> {
    const known = this.#payments.get(info.salt);
    const payment = known ?? { info, lock: txOf('lock', info.salt) };
    this.#payments.set(info.salt, payment);
    return Promise.resolve({ kind: 'settled', tx: payment.lock });
  }

  release(info: PaymentInfo): Promise<SettleOutcome> {
    return this.#close(info, 'captured');
  }

  refund(info: PaymentInfo): Promise<SettleOutcome> {
    return this.#close(info, 'voided');
  }

  #close(info: PaymentInfo, kind: 'captured' | 'voided'): Promise<SettleOutcome> {
    if (this.fail === 'refuse') return Promise.resolve({ kind: 'refused', reason: 'no gas' });
    if (this.fail === 'before') return Promise.resolve({ kind: 'unknown', reason: 'timeout' });
    const payment = this.#payments.get(info.salt);
    if (!payment) return Promise.resolve({ kind: 'refused', reason: 'no such payment' });
    if (payment.end && payment.end.kind !== kind) {
      return Promise.resolve({ kind: 'refused', reason: `already ${payment.end.kind}` });
    }
    if (!payment.end) this.moves += 1;
    const end = payment.end ?? { tx: txOf(kind, info.salt), kind };
    this.#payments.set(info.salt, { ...payment, end });
    return Promise.resolve(
      this.fail === 'after'
        ? { kind: 'unknown', reason: 'answer lost' }
        : { kind: 'settled', tx: end.tx },
    );
  }

  async escrowState(info: PaymentInfo): Promise<EscrowState> {
    await this.#reach();
    const payment = this.#payments.get(info.salt);
    if (!payment) return { kind: 'none' };
    return payment.end
      ? { kind: 'closed' }
      : { kind: 'locked', capturable: payment.info.maxAmount };
  }

  async lockIn(tx: TxHash): ReturnType<Chain['lockIn']> {
    await this.#reach();
    const payment = this.#payments.values().find(({ lock }) => lock === tx);
    return payment && { info: payment.info, amount: payment.info.maxAmount };
  }

  lockOf(info: PaymentInfo): ReturnType<Chain['lockOf']> {
    const payment = this.#payments.get(info.salt);
    return Promise.resolve(payment && { tx: payment.lock, amount: info.maxAmount });
  }

  async closeOf(info: PaymentInfo): ReturnType<Chain['closeOf']> {
    await this.#reach();
    return this.#payments.get(info.salt)?.end;
  }

  /** Where a payment stands: `locked`, `captured` or `voided`. */
  ends(): string[] {
    return [...this.#payments.values()].map(({ end }) => end?.kind ?? 'locked');
  }

  balanceOf(): Promise<bigint> {
    return Promise.resolve(0n);
  }

  transfersIn(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #reach(): Promise<void> {
    return this.isChainDown
      ? Promise.reject(new Error('The node does not answer.'))
      : Promise.resolve();
  }
}

function txOf(...parts: readonly string[]): TxHash {
  return TxHash.parse(`0x${createHash('sha256').update(parts.join()).digest('hex')}`);
}
