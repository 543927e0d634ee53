import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address } from '#contract/ids.ts';
import { FEE_BPS } from '#contract/money.ts';
import type { EscrowState } from '#core/ports/chain.ts';
import type { ExchangeTask } from './task.ts';

/** What the chain says of the lock that a publisher names, and what it would have to be. */
export interface LockFacts {
  readonly claimed: PaymentInfo;
  readonly locked: { readonly info: PaymentInfo; readonly amount: bigint } | undefined;
  readonly state: EscrowState;
  readonly worker: Address;
  /** Our escrow's operator and token. */
  readonly network: { readonly operator: Address; readonly usdc: Address };
}

/**
 * Why this lock does not pay for this task; undefined when it does: locked on chain, untouched, by the publisher, for the
 * worker, the whole bounty, through our operator, and for longer than the work may take.
 */
export function lockProblem(task: ExchangeTask, facts: LockFacts): string | undefined {
  const { claimed, locked, state } = facts;
  if (locked === undefined) return 'the transaction locks no payment in our escrow';
  if (!sameTerms(claimed, locked.info)) return 'payment_info is not what the transaction locked';
  if (state.kind !== 'locked') return `the payment is ${state.kind}`;
  if (state.capturable !== task.bounty || locked.amount !== task.bounty) {
    return 'the amount is not the bounty';
  }
  return termsProblem(task, facts);
}

function termsProblem(
  task: ExchangeTask,
  { claimed, worker, network }: LockFacts,
): string | undefined {
  if (claimed.payer !== task.publisher) return 'the payer is not the publisher';
  if (claimed.receiver !== worker) return 'the receiver is not the wallet of the executor';
  if (claimed.operator !== network.operator) return 'the operator is not ours';
  if (claimed.token !== network.usdc) return 'the token is not our USDC';
  if (claimed.minFeeBps > FEE_BPS || claimed.maxFeeBps < FEE_BPS) {
    return `the fee of ${FEE_BPS.toString()} bps is not within min_fee_bps and max_fee_bps`;
  }
  if (claimed.authorizationExpiry * 1000 <= task.deadline.getTime()) {
    return 'authorization_expiry is not after the deadline';
  }
  return undefined;
}

export function sameTerms(a: PaymentInfo, b: PaymentInfo): boolean {
  return (
    a.operator === b.operator &&
    a.payer === b.payer &&
    a.receiver === b.receiver &&
    a.token === b.token &&
    a.feeReceiver === b.feeReceiver &&
    a.salt.toLowerCase() === b.salt.toLowerCase() &&
    sameNumbers(a, b)
  );
}

function sameNumbers(a: PaymentInfo, b: PaymentInfo): boolean {
  return (
    a.maxAmount === b.maxAmount &&
    a.preApprovalExpiry === b.preApprovalExpiry &&
    a.authorizationExpiry === b.authorizationExpiry &&
    a.refundExpiry === b.refundExpiry &&
    a.minFeeBps === b.minFeeBps &&
    a.maxFeeBps === b.maxFeeBps
  );
}
