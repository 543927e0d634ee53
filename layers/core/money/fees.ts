import type { Deal } from '#contract/deal.ts';
import type { TaskId } from '#contract/ids.ts';
import { splitBounty } from '#contract/money.ts';

/** A fee that is not what the operator's rate makes of the bounty; both in micro-USDC. */
export interface WrongFee {
  readonly taskId: TaskId;
  /** What the Transfer logs show. */
  readonly observed: bigint;
  readonly expected: bigint;
}

/** Among deals as they were just written: a deal is `rating` from the moment its payment was booked. */
export function wrongFees(written: readonly Deal[] | undefined): readonly WrongFee[] {
  return (written ?? []).flatMap(({ state, taskId, bounty, fee: observed }) => {
    const { fee: expected } = splitBounty(bounty);
    const isWrong = state === 'rating' && observed !== undefined && observed !== expected;
    return isWrong ? [{ taskId, observed, expected }] : [];
  });
}
