import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, type TxHash } from '#contract/ids.ts';
import { splitBounty } from '#contract/money.ts';
import type { Chain, EscrowState, Transfer } from '#core/ports/chain.ts';
import type { Facilitator, SettleOutcome } from '#core/ports/facilitator.ts';
import type { Payer } from '#core/ports/payer.ts';
import { txOf } from './builders.ts';

const ESCROW = Address.parse(`0x${'e'.repeat(40)}`);

interface Payment {
  readonly info: PaymentInfo;
  readonly lock: TxHash;
  readonly end?: { readonly tx: TxHash; readonly kind: 'captured' | 'voided' };
}

/** USDC and its escrow on paper: every payment is locked once and closed once, and every micro-USDC is somewhere. */
export class PaperChain implements Chain, Facilitator, Payer {
  readonly #balances = new Map<Address, bigint>();
  readonly #payments = new Map<string, Payment>();
  readonly #transfers = new Map<TxHash, readonly Transfer[]>();
  /** What the operator keeps beyond its rate, in micro-USDC. */
  tooHigh = 0n;
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  fund(address: Address, value: bigint): void {
    this.#balances.set(address, (this.#balances.get(address) ?? 0n) + value);
  }

  /** Where every payment stands: `locked`, `captured` or `voided`. */
  ends(): string[] {
    return [...this.#payments.values()].map(({ end }) => end?.kind ?? 'locked');
  }

  /** A payment over the direct door. */
  pay(transfer: Transfer): TxHash {
    return this.#mine([transfer]);
  }

  lock(info: PaymentInfo): Promise<SettleOutcome> {
    const known = this.#payments.get(info.salt);
    if (known) return Promise.resolve({ kind: 'settled', tx: known.lock });
    if (info.preApprovalExpiry * 1000 < this.#now().getTime())
      return Promise.resolve({ kind: 'refused', reason: 'expired' });
    const { payer: from, maxAmount: value } = info;
    if ((this.#balances.get(from) ?? 0n) < value)
      return Promise.resolve({ kind: 'refused', reason: 'no funds' });
    const tx = this.#mine([{ from, to: ESCROW, value }]);
    this.#payments.set(info.salt, { info, lock: tx });
    return Promise.resolve({ kind: 'settled', tx });
  }

  release(info: PaymentInfo): Promise<SettleOutcome> {
    const { net, fee } = splitBounty(info.maxAmount);
    return this.#close(info, 'captured', [
      { from: ESCROW, to: info.receiver, value: net - this.tooHigh },
      { from: ESCROW, to: info.operator, value: fee + this.tooHigh },
    ]);
  }

  refund(info: PaymentInfo): Promise<SettleOutcome> {
    const back = { from: ESCROW, to: info.payer, value: info.maxAmount };
    return this.#close(info, 'voided', [back]);
  }

  reclaim(info: PaymentInfo): Promise<SettleOutcome> {
    return info.authorizationExpiry * 1000 > this.#now().getTime()
      ? Promise.resolve({ kind: 'refused', reason: 'too early' })
      : this.refund(info);
  }

  balanceOf(address: Address): Promise<bigint> {
    return Promise.resolve(this.#balances.get(address) ?? 0n);
  }

  transfersIn(tx: TxHash): Promise<readonly Transfer[] | undefined> {
    return Promise.resolve(this.#transfers.get(tx));
  }

  escrowState(info: PaymentInfo): Promise<EscrowState> {
    const payment = this.#payments.get(info.salt);
    if (!payment) return Promise.resolve({ kind: 'none' });
    return Promise.resolve(
      payment.end ? { kind: 'closed' } : { kind: 'locked', capturable: info.maxAmount },
    );
  }

  lockIn(tx: TxHash): ReturnType<Chain['lockIn']> {
    const payment = this.#payments.values().find(({ lock }) => lock === tx);
    return Promise.resolve(payment && { info: payment.info, amount: payment.info.maxAmount });
  }

  lockOf({ salt }: PaymentInfo): ReturnType<Chain['lockOf']> {
    const payment = this.#payments.get(salt);
    return Promise.resolve(payment && { tx: payment.lock, amount: payment.info.maxAmount });
  }

  closeOf({ salt }: PaymentInfo): ReturnType<Chain['closeOf']> {
    return Promise.resolve(this.#payments.get(salt)?.end);
  }

  #close(
    { salt }: PaymentInfo,
    kind: 'captured' | 'voided',
    transfers: readonly Transfer[],
  ): Promise<SettleOutcome> {
    const payment = this.#payments.get(salt);
    if (!payment) return Promise.resolve({ kind: 'refused', reason: 'no such payment' });
    if (payment.end && payment.end.kind !== kind)
      return Promise.resolve({ kind: 'refused', reason: `already ${payment.end.kind}` });
    const end = payment.end ?? { tx: this.#mine(transfers), kind };
    this.#payments.set(salt, { ...payment, end });
    return Promise.resolve({ kind: 'settled', tx: end.tx });
  }

  #mine(transfers: readonly Transfer[]): TxHash {
    const tx = txOf(this.#transfers.size + 1);
    for (const { from, to, value } of transfers) {
      this.fund(from, -value);
      this.fund(to, value);
    }
    this.#transfers.set(tx, transfers);
    return tx;
  }
}
