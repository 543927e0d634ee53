import type { BuyDeal, Deal, SellDeal } from '#contract/deal.ts';
import { ROSTER } from '#contract/roster.ts';
import { buy } from '../market/buying.ts';
import { finish, received } from '../market/closing.ts';
import { isPastDeadline, isTooLateToPay } from '../market/patience.ts';
import { sell } from '../market/selling.ts';
import type { Step } from '../market/step.ts';
import { distrust } from '../market/vetting.ts';
import type { MarketError, Task } from '../ports/market.ts';
import type { Sighting, World } from './look.ts';

const DEAD = new Set<Task['status']>(['cancelled', 'expired', 'disputed']);

const OVER = new Set<Task['status']>([...DEAD, 'completed']);

/** The step that a sighting makes a deal take, if any. Choosing an applicant spends money and is the decision's own. */
export function observe(sighting: Sighting, world: World, at: string): Step<Deal> | undefined {
  const { deal } = sighting;
  return deal.side === 'buy'
    ? observeBought(deal, { sighting, world, at })
    : observeSold(deal, { sighting, world, at });
}

interface View {
  readonly sighting: Sighting;
  readonly world: World;
  readonly at: string;
}

function observeBought(deal: BuyDeal, view: View): Step<BuyDeal> | undefined {
  const { sighting, world, at } = view;
  // money first
  if (sighting.close) return finish(deal, sighting.close, at);
  if (isTooLateToPay(deal, new Date(at))) return buy(deal, { kind: 'overdue' }, at);
  return observeWork(deal, view) ?? observeTask(deal, view) ?? abandoned(deal, world, at);
}

function observeWork(
  deal: BuyDeal,
  { sighting: { submissions }, at }: View,
): Step<BuyDeal> | undefined {
  const work = submissions?.find(
    ({ verdict, executorId }) => verdict === 'pending' && executorId === deal.seller?.executorId,
  );
  if (work === undefined) return undefined;
  const submittedAt = work.submittedAt.toISOString();
  return buy(deal, { kind: 'submitted', submissionId: work.id, submittedAt }, at);
}

function observeTask(deal: BuyDeal, { sighting: { task }, at }: View): Step<BuyDeal> | undefined {
  if (task?.ok && DEAD.has(task.value.status))
    return buy(deal, { kind: 'gone', status: task.value.status }, at);
  // a market that never answers has let it expire
  const isSilent = task?.ok === false && deal.state === 'open';
  return isSilent && isPastDeadline(deal, new Date(at))
    ? buy(deal, { kind: 'gone', status: 'unanswered' }, at)
    : undefined;
}

/** A bounty that nobody will serve any more. */
function abandoned(deal: BuyDeal, world: World, at: string): Step<BuyDeal> | undefined {
  if (isOutdated(deal, world)) return buy(deal, { kind: 'outdated' }, at);
  return isForsaken(deal) ? buy(deal, { kind: 'forsaken' }, at) : undefined;
}

/** The corpus went on without this bounty. */
function isOutdated({ generation }: BuyDeal, { corpus }: World): boolean {
  return corpus !== undefined && !corpus.version.startsWith(generation.slice(0, 16));
}

/** As many failed us in it as there are on the roster who sell it. */
function isForsaken({ product, shunned }: BuyDeal): boolean {
  const sellers = ROSTER.filter(({ sells }) => sells.includes(product));
  return shunned.length > 0 && shunned.length >= sellers.length;
}

function observeSold(deal: SellDeal, view: View): Step<SellDeal> | undefined {
  switch (deal.state) {
    case 'applied':
      return observeApplied(deal, view);
    case 'delivered':
      return observeDelivered(deal, view);
    default:
      return observeSilence(deal, new Date(view.at), view);
  }
}

/** What the market has not answered until it mattered no more. */
function observeSilence(deal: SellDeal, now: Date, { at }: View): Step<SellDeal> | undefined {
  const isOver = deal.state === 'applying' ? isPastDeadline(deal, now) : isTooLateToPay(deal, now);
  return isOver ? sell(deal, { kind: 'lost', reason: 'unanswered' }, at) : undefined;
}

function observeApplied(deal: SellDeal, view: View): Step<SellDeal> | undefined {
  const { task } = view.sighting;
  if (task?.ok)
    return task.value.status === 'published' ? undefined : observeAssigned(deal, task.value, view);
  if (isFinalAnswer(task?.error.kind))
    return sell(deal, { kind: 'lost', reason: 'private-or-gone' }, view.at);
  return isPastDeadline(deal, new Date(view.at))
    ? sell(deal, { kind: 'lost', reason: 'unanswered' }, view.at)
    : undefined;
}

function observeAssigned(
  deal: SellDeal,
  task: Task,
  { sighting: { lock }, world, at }: View,
): Step<SellDeal> | undefined {
  const { status, escrowTx, deadline } = task;
  if (lock === undefined || escrowTx === undefined) {
    // somebody was chosen, but the lock that tells who is not to be seen yet: our node may be behind the market's
    return OVER.has(status) || isPastDeadline(deal, new Date(at))
      ? sell(deal, { kind: 'lost', reason: status }, at)
      : undefined;
  }
  if (lock.info.receiver !== world.self)
    return sell(deal, { kind: 'lost', reason: 'another-was-chosen' }, at);
  const reason = distrust(lock, {
    self: world.self,
    bounty: deal.bounty,
    network: world.network,
    deadline,
  });
  if (reason !== undefined) return sell(deal, { kind: 'lost', reason }, at);
  return sell(deal, { kind: 'won', payment: lock.info, lockTx: escrowTx }, at);
}

function observeDelivered(
  deal: SellDeal,
  { sighting: { task, close }, world, at }: View,
): Step<SellDeal> | undefined {
  if (close?.kind === 'captured') {
    const net = received(close.transfers, world.self);
    return sell(deal, { kind: 'paid', tx: close.tx, net, fee: deal.bounty - net }, at);
  }
  if (close !== undefined) return sell(deal, { kind: 'lost', reason: 'refunded-to-buyer' }, at);
  if (isTooLateToPay(deal, new Date(at))) return sell(deal, { kind: 'lost', reason: 'unpaid' }, at);
  return task?.ok && task.value.status === 'in_progress'
    ? sell(deal, { kind: 'sent-back' }, at)
    : undefined;
}

/** Private or gone to us: it will not come back. Anything else may be a passing fault. */
function isFinalAnswer(kind: MarketError['kind'] | undefined): boolean {
  return kind === 'forbidden' || kind === 'missing';
}
