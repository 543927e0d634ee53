import type { BuyDeal } from '#contract/deal.ts';
import type { Hex } from '#contract/ids.ts';
import { UNSEEN, type Verdict } from '#contract/verdict.ts';

/** From this bounty on nothing is approved without the validator's verdict, in micro-USDC. */
const AUDITED_FROM = 50_000n;
/** One of so many of the rest. */
const ONE_IN = 10;
/** A verdict below this condemns: one grave finding is enough, all the light ones together are not (see `core/audit`). */
export const LEAST_SCORE = 60;
/** How long a verdict is waited for, in ms: twice what the validator itself waits for goods out of reach. */
const PATIENCE_MS = 2 * 3_600_000;

/**
 * Whether this deal is to be audited; `salt` is fresh random bytes that its seller never learns. Asked once, when the seller is chosen:
 * what was drawn stands in the deal.
 */
export function draw({ bounty }: Pick<BuyDeal, 'bounty'>, salt: Hex): boolean {
  return bounty >= AUDITED_FROM || Number.parseInt(salt.slice(-8), 16) % ONE_IN === 0;
}

/** What was drawn; by the price alone for deals of before. */
export function isAuditWanted({ isAudited, bounty }: BuyDeal): boolean {
  return isAudited ?? bounty >= AUDITED_FROM;
}

/** Nobody waits for a verdict for ever: the validator's silence must not keep an honest seller's money. */
export function isTooLateForVerdict({ auditingSince, openedAt }: BuyDeal, now: Date): boolean {
  return now.getTime() > Date.parse(auditingSince ?? openedAt) + PATIENCE_MS;
}

/** What a verdict that we paid for says of what we hold; undefined when it says nothing of it. */
export function verdictOn(
  { taskId, seller, evidence }: BuyDeal,
  { reasons, score, ...about }: Verdict,
): 'verified' | 'condemned' | undefined {
  if (about.taskId !== taskId || about.seller !== seller?.name) return undefined;
  if (reasons[0]?.startsWith(`${UNSEEN}: `) === true) return undefined;
  if (score < LEAST_SCORE) return 'condemned';
  return about.sha256 === evidence?.sha256 ? 'verified' : undefined;
}
