import type { BuyDeal } from '#contract/deal.ts';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';

const DAY_SECONDS = 86_400;
/** Time the market may take to judge a submission, and for a refund after that: shorter ones left escrows stuck. */
const REVIEW_SECONDS = 7 * DAY_SECONDS;
const PRE_APPROVAL_SECONDS = 3600;
/** The operator takes 1300 bps: a lower ceiling makes the lock revert. */
const MAX_FEE_BPS = 1800;

/** Terms of the escrow for one deal. `salt` is 32 fresh random bytes; the deadline is the task's. */
export function drawUp(
  deal: BuyDeal,
  parties: { readonly payer: Address; readonly receiver: Address; readonly network: Network },
  { now, deadline, salt }: { readonly now: Date; readonly deadline: Date; readonly salt: Hex },
): PaymentInfo {
  const { payer, receiver, network } = parties;
  const authorizationExpiry = seconds(deadline) + REVIEW_SECONDS;
  return {
    operator: network.operator,
    payer,
    receiver,
    token: network.usdc,
    maxAmount: deal.bounty,
    preApprovalExpiry: seconds(now) + PRE_APPROVAL_SECONDS,
    authorizationExpiry,
    refundExpiry: authorizationExpiry + REVIEW_SECONDS,
    minFeeBps: 0,
    maxFeeBps: MAX_FEE_BPS,
    feeReceiver: network.operator,
    salt,
  };
}

/** Why a seller must not deliver on this lock; undefined when its money is safe until it can be paid out. */
export function distrust(
  lock: { readonly info: PaymentInfo; readonly amount: bigint } | undefined,
  terms: {
    readonly self: Address;
    readonly bounty: bigint;
    readonly network: Network;
    readonly deadline: Date;
  },
): string | undefined {
  if (lock === undefined) return 'no-lock-on-chain';
  const { info, amount } = lock;
  if (info.receiver !== terms.self) return 'lock-pays-another';
  if (amount < terms.bounty) return 'lock-too-small';
  if (info.operator !== terms.network.operator || info.token !== terms.network.usdc)
    return 'lock-in-foreign-contract';
  if (info.authorizationExpiry <= seconds(terms.deadline)) return 'lock-expires-too-soon';
  return undefined;
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
