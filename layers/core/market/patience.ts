import type { Deal } from '#contract/deal.ts';

/** What may lie between a deadline and its effect: the market's own clockwork, a chain's clock, a node that is behind. */
export const GRACE_MS = 4 * 3_600_000;
/** How long a delivery may be out of reach before it counts as none. */
const REACH_MS = 2 * 3_600_000;

/** Between a bounty that failed and the next one for the same, in ms: longer every time. */
const FIRST_REST_MS = 60_000;
/** So many in a row, and it is given up for a day. */
const TRIES = 8;
const DAY_MS = 86_400_000;

/** How long after its `attempt`th bounty failed a purchase waits for the next, in ms. */
export function restAfter(attempt: number): number {
  const failure = attempt % TRIES;
  return failure === 0 ? DAY_MS : FIRST_REST_MS * 2 ** (failure - 1);
}

/** The market takes no work for it any more, and has had its time to say so. */
export function isPastDeadline({ deadline }: Pick<Deal, 'deadline'>, now: Date): boolean {
  return deadline !== undefined && now.getTime() > Date.parse(deadline) + GRACE_MS;
}

/** Its lock can be made no more: a lock that the chain does not show by now never was. */
export function isTooLateToLock({ payment }: Deal, now: Date): boolean {
  return isPast(payment?.preApprovalExpiry, now);
}

/** Nobody can be paid out of its lock any more: whoever paid may take it back. */
export function isTooLateToPay({ payment }: Deal, now: Date): boolean {
  return isPast(payment?.authorizationExpiry, now);
}

/** Work handed in at this time has been out of reach for too long, or until the deadline. */
export function isOutOfReach(
  { deadline, openedAt }: Pick<Deal, 'deadline' | 'openedAt'>,
  submittedAt: string | undefined,
  now: Date,
): boolean {
  const since = Date.parse(submittedAt ?? openedAt) + REACH_MS;
  const end = deadline === undefined ? since : Math.min(since, Date.parse(deadline));
  return now.getTime() > end;
}

function isPast(seconds: number | undefined, now: Date): boolean {
  return seconds !== undefined && now.getTime() > seconds * 1000 + GRACE_MS;
}
