import type { Intent } from '#contract/agent-state.ts';
import type { BuyDeal, Deal } from '#contract/deal.ts';
import type { AgentId, TaskId } from '#contract/ids.ts';
import { isTooLateToPay } from '../market/patience.ts';
import type { Account } from '../ports/accounts.ts';
import type { EscrowState } from '../ports/chain.ts';

/** An intent that no beat has finished by then is no longer on its way. */
const OLD_MS = 15 * 60_000;
/** What may lie between a deadline and the market's own refund. */
const GRACE_MS = 60 * 60_000;
/** How long a deal may lag behind what the market shows everybody: several beats. */
const LAG_MS = 30 * 60_000;
/** A bounty's escrow can be captured for so long after its deadline (`drawUp`). */
const REVIEW_MS = 7 * 86_400_000;

/** Something unfinished or unequal, and whose it is. `id` is the same in every run that finds it. */
export interface Finding {
  readonly id: string;
  readonly kind: 'old-intent' | 'dead-escrow' | 'ledger-off' | 'market-off';
  readonly agentId: AgentId;
  /** One sentence for the log. */
  readonly because: string;
}

/** What the world shows of one agent to whoever holds no key. */
export interface Shown {
  /** USDC in its wallet, in micro-USDC; undefined without a registered wallet. */
  readonly balance: bigint | undefined;
  /** Escrows of its open deals. */
  readonly escrows: ReadonlyMap<TaskId, EscrowState>;
  /** Whether anybody may read the task, as the market does while it is published; absent when it did not say. */
  readonly published: ReadonlyMap<TaskId, boolean>;
}

/** All that is wrong with one agent. Pure: what is true elsewhere comes in as `shown`. */
export function findingsOf(account: Account, shown: Shown, now: Date): readonly Finding[] {
  const { agentId, intents, deals } = account;
  const found = (kind: Finding['kind'], subject: string, because: string): Finding => ({
    id: `${agentId}/${kind}/${subject}`,
    kind,
    agentId,
    because,
  });
  return [
    ...intents
      .filter((intent) => isOld(intent, now))
      .map(({ id, createdAt, attempts }) =>
        found('old-intent', id, `committed at ${createdAt} and tried ${attempts} times`),
      ),
    ...deals
      .filter((deal) => isDead(deal, shown, now))
      .map(({ taskId, state }) =>
        found(
          'dead-escrow',
          taskId,
          `its deadline is over, it is ${state}, and the money is locked`,
        ),
      ),
    ...deals
      .filter((deal) => isBehind(deal, shown, now))
      .map(({ taskId, state }) =>
        found('market-off', taskId, `it is ${state} here, and something else on the market`),
      ),
    ...unequal(account, shown).map(([name, because]) => found('ledger-off', name, because)),
  ];
}

function isOld({ createdAt }: Intent, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) > OLD_MS;
}

/** Locked for a task whose deadline has passed, with no work in that could still be judged; or for so long that its payer may take it back. */
function isDead(deal: Deal, { escrows }: Shown, now: Date): boolean {
  const isWaiting =
    deal.state === 'assigned' || deal.state === 'refunding' || deal.state === 'stranded';
  if (deal.side !== 'buy' || deal.payment === undefined) return false;
  const deadline = deal.payment.authorizationExpiry * 1000 - REVIEW_MS;
  const isDue = isWaiting && now.getTime() > deadline + GRACE_MS;
  const isLocked = escrows.get(deal.taskId)?.kind === 'locked';
  return (isDue || isTooLateToPay(deal, now)) && isLocked;
}

/** Ours is open and the market's is not, or the market still offers what we gave away. */
function isBehind(deal: Deal, { published }: Shown, now: Date): boolean {
  const isListed = published.get(deal.taskId);
  if (isListed === undefined || now.getTime() - Date.parse(deal.openedAt) < LAG_MS) return false;
  if (deal.side === 'buy' && deal.state === 'open') return !isListed;
  const isGiven = deal.state === 'assigned' || deal.state === 'delivering';
  return isGiven && isListed;
}

/** Accounts that are not what the chain says. Not asked while money is on its way: then both are right. */
function unequal(account: Account, shown: Shown): [string, string][] {
  const { balances, deals, openPayments } = account;
  if (balances === undefined || openPayments > 0 || deals.some((deal) => isMoving(deal, shown)))
    return [];
  const locked = deals.filter(isLocked).reduce((sum, { bounty }) => sum + bounty, 0n);
  const truths: [string, bigint | undefined][] = [
    ['wallet', shown.balance],
    ['escrow', locked],
  ];
  return truths.flatMap(([name, truth]): [string, string][] => {
    const booked = balances.get(name) ?? 0n;
    if (truth === undefined || truth === booked) return [];
    return [[name, `the ledger has ${booked} micro-USDC, the chain ${truth}`]];
  });
}

/** Its next look at the chain may book something. */
function isMoving(deal: Deal, { escrows }: Shown): boolean {
  if (deal.payment === undefined) return false;
  const escrow = escrows.get(deal.taskId);
  if (escrow === undefined) return true;
  return deal.side === 'buy'
    ? isLocked(deal) !== (escrow.kind === 'locked')
    : escrow.kind !== 'locked' && deal.state !== 'rating';
}

/** The ledger has it in escrow. */
function isLocked(deal: Deal): deal is BuyDeal {
  return deal.side === 'buy' && deal.lockTx !== undefined && deal.releaseTx === undefined;
}
