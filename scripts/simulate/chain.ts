import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, TxHash } from '#contract/ids.ts';
import { splitBounty } from '#contract/money.ts';
import type { X402Payment } from '#contract/x402.ts';
import type { Chain, EscrowState, Transfer } from '#core/ports/chain.ts';
import type { Facilitator, SettleOutcome } from '#core/ports/facilitator.ts';
import type { Payer } from '#core/ports/payer.ts';
import type { Payments } from '#core/ports/payments.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

const ESCROW = Address.parse(`0x${'e'.repeat(40)}`);

/** A buyer gives a payment up two minutes after its end: a node that is further behind than that would make it pay twice. */
const DIRECT_HIDES_MS = 50_000;

/** One payment and where it stands. */
export interface Payment {
  readonly info: PaymentInfo;
  readonly lock: TxHash;
  readonly lockedAt: number;
  readonly end?: { readonly tx: TxHash; readonly kind: 'captured' | 'voided'; readonly at: number };
}

/**
 * A chain of USDC transfers with the escrow's rules: a payment is locked before its pre-approval ends, captured before its
 * authorization ends, closed once. What was mined may be out of sight for a while (a reorganisation, a node behind): reads do not
 * show it, and it comes back.
 */
export class SimulatedChain implements Chain, Facilitator, Payer, Payments {
  readonly payments = new Map<string, Payment>();
  /** Direct payments by nonce. */
  readonly direct = new Map<string, { readonly payment: X402Payment; readonly tx: TxHash }>();
  /** Told of every lock. */
  whenLocked: (() => void) | undefined;
  /** Payments that came back by nobody's hand but their payer's. */
  reclaims = 0;
  readonly #balances = new Map<Address, bigint>();
  readonly #transfers = new Map<TxHash, readonly Transfer[]>();
  readonly #hidden = new Set<TxHash>();
  readonly #timeline: Timeline;
  readonly #weather: Weather;

  constructor(timeline: Timeline, weather: Weather) {
    this.#timeline = timeline;
    this.#weather = weather;
  }

  /** The facilitator as others reach it: by its own line, which may go dead. */
  facilitator(isSilent: () => boolean): Facilitator {
    const through =
      <Args extends readonly unknown[]>(move: (...args: Args) => Promise<SettleOutcome>) =>
      (...args: Args): Promise<SettleOutcome> =>
        isSilent() ? Promise.resolve({ kind: 'unknown', reason: 'no connection' }) : move(...args);
    return {
      lock: through((info: PaymentInfo) => this.lock(info)),
      release: through((info: PaymentInfo) => this.release(info)),
      refund: through((info: PaymentInfo) => this.refund(info)),
    };
  }

  fund(address: Address, value: bigint): void {
    this.#balances.set(address, (this.#balances.get(address) ?? 0n) + value);
  }

  lock(info: PaymentInfo): Promise<SettleOutcome> {
    const known = this.payments.get(info.salt);
    if (known) return settled(known.lock);
    if (this.#isPast(info.preApprovalExpiry)) return refused('pre-approval expired');
    const { payer: from, maxAmount: value } = info;
    if ((this.#balances.get(from) ?? 0n) < value) return refused('no funds');
    const lock = this.#mine([{ from, to: ESCROW, value }]);
    this.payments.set(info.salt, { info, lock, lockedAt: this.#timeline.ms });
    this.whenLocked?.();
    return settled(lock);
  }

  release(info: PaymentInfo): Promise<SettleOutcome> {
    const isOpen = this.payments.get(info.salt)?.end === undefined;
    if (isOpen && this.#isPast(info.authorizationExpiry)) return refused('authorization expired');
    const { net, fee } = splitBounty(info.maxAmount);
    return this.#close(info, 'captured', [
      { from: ESCROW, to: info.receiver, value: net },
      { from: ESCROW, to: info.operator, value: fee },
    ]);
  }

  refund(info: PaymentInfo): Promise<SettleOutcome> {
    return this.#close(info, 'voided', [{ from: ESCROW, to: info.payer, value: info.maxAmount }]);
  }

  /** By the payer, once nobody may capture any more. */
  reclaim(info: PaymentInfo): Promise<SettleOutcome> {
    if (!this.#isPast(info.authorizationExpiry)) return refused('too early to reclaim');
    if (this.payments.get(info.salt)?.end === undefined) this.reclaims += 1;
    return this.refund(info);
  }

  /** Scheme `exact`: a transfer that its payer signed, once. */
  pay(payment: X402Payment): string {
    const { from, to, amount: value, nonce, validBefore } = payment;
    if (this.direct.has(nonce)) return 'invalid_nonce_already_used';
    if (this.#isPast(validBefore)) return 'invalid_expired';
    if ((this.#balances.get(from) ?? 0n) < value) return 'insufficient_funds';
    this.direct.set(nonce, { payment, tx: this.#mine([{ from, to, value }], DIRECT_HIDES_MS) });
    return 'settled';
  }

  paymentOf({ nonce }: X402Payment): ReturnType<Payments['paymentOf']> {
    const paid = this.direct.get(nonce);
    return Promise.resolve(paid && !this.#hidden.has(paid.tx) ? { tx: paid.tx } : undefined);
  }

  balanceOf(address: Address): Promise<bigint> {
    let balance = this.#balances.get(address) ?? 0n;
    for (const { from, to, value } of [...this.#hidden].flatMap(
      (tx) => this.#transfers.get(tx) ?? [],
    )) {
      if (to === address) balance -= value;
      if (from === address) balance += value;
    }
    return Promise.resolve(balance);
  }

  transfersIn(tx: TxHash): Promise<readonly Transfer[] | undefined> {
    return Promise.resolve(this.#hidden.has(tx) ? undefined : this.#transfers.get(tx));
  }

  async escrowState(info: PaymentInfo): Promise<EscrowState> {
    const locked = await this.lockOf(info);
    if (!locked) return { kind: 'none' };
    return (await this.closeOf(info))
      ? { kind: 'closed' }
      : { kind: 'locked', capturable: info.maxAmount };
  }

  lockIn(tx: TxHash): ReturnType<Chain['lockIn']> {
    const payment = this.payments.values().find(({ lock }) => lock === tx);
    const isSeen = payment !== undefined && !this.#hidden.has(tx);
    return Promise.resolve(
      isSeen ? { info: payment.info, amount: payment.info.maxAmount } : undefined,
    );
  }

  lockOf({ salt }: PaymentInfo): ReturnType<Chain['lockOf']> {
    const payment = this.payments.get(salt);
    const isSeen = payment !== undefined && !this.#hidden.has(payment.lock);
    return Promise.resolve(
      isSeen ? { tx: payment.lock, amount: payment.info.maxAmount } : undefined,
    );
  }

  closeOf({ salt }: PaymentInfo): ReturnType<Chain['closeOf']> {
    const end = this.payments.get(salt)?.end;
    return Promise.resolve(end && !this.#hidden.has(end.tx) ? end : undefined);
  }

  #isPast(seconds: number): boolean {
    return seconds * 1000 <= this.#timeline.ms;
  }

  #close(
    { salt }: PaymentInfo,
    kind: 'captured' | 'voided',
    transfers: readonly Transfer[],
  ): Promise<SettleOutcome> {
    const payment = this.payments.get(salt);
    if (!payment) return refused('no such payment');
    if (payment.end) {
      return payment.end.kind === kind
        ? settled(payment.end.tx)
        : refused(`already ${payment.end.kind}`);
    }
    const end = { tx: this.#mine(transfers), kind, at: this.#timeline.ms };
    this.payments.set(salt, { ...payment, end });
    return settled(end.tx);
  }

  #mine(transfers: readonly Transfer[], hides?: number): TxHash {
    const tx = TxHash.parse(`0x${(this.#transfers.size + 1).toString(16).padStart(64, '0')}`);
    for (const { from, to, value } of transfers) {
      this.fund(from, -value);
      this.fund(to, value);
    }
    this.#transfers.set(tx, transfers);
    if (this.#weather.strikes(0.1)) {
      const goes = this.#timeline.ms + this.#weather.between(0, hides ?? 600_000);
      const back = goes + (hides ?? this.#weather.outage());
      this.#timeline.at(goes, () => void this.#hidden.add(tx));
      this.#timeline.at(back, () => void this.#hidden.delete(tx));
    }
    return tx;
  }
}

function settled(tx: TxHash): Promise<SettleOutcome> {
  return Promise.resolve({ kind: 'settled', tx });
}

function refused(reason: string): Promise<SettleOutcome> {
  return Promise.resolve({ kind: 'refused', reason });
}
