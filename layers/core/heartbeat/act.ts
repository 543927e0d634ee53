import type { Intent } from '#contract/agent-state.ts';
import type { Agent } from '#contract/roster.ts';
import { type WrongFee, wrongFees } from '../money/fees.ts';
import { openingEntry } from '../money/ledger.ts';
import type { Lease, Snapshot } from '../ports/agents.ts';
import { DEFAULT_LIMITS } from '../talk/limits.ts';
import { apply, changeOf, complete, merge } from './change.ts';
import { audit } from './effects/audit.ts';
import { awaitVerdict, orderAudit } from './effects/auditing.ts';
import * as buyer from './effects/buyer.ts';
import * as coordinating from './effects/coordinating.ts';
import { type Effect, type Hands, type Job, later, type Outcome } from './effects/effect.ts';
import { identify } from './effects/identify.ts';
import * as judging from './effects/judging.ts';
import { say } from './effects/say.ts';
import * as seller from './effects/seller.ts';

const openLedger: Effect = async ({ snapshot, hands, at }) => ({
  kind: 'change',
  change: {
    state: { ...snapshot.state, isOpened: true },
    entries: [openingEntry(await hands.chain.balanceOf(hands.self), at)],
  },
});

const register: Effect = async ({ agent, snapshot, hands }) => {
  const answer = await hands.market.register(agent.id);
  if (!answer.ok) return later(answer.error);
  return {
    kind: 'change',
    change: { state: { ...snapshot.state, executorId: answer.value.executorId } },
  };
};

const EFFECTS: Readonly<Record<Intent['kind'], Effect>> = {
  'open-ledger': openLedger,
  register,
  identify,
  publish: buyer.publish,
  lock: buyer.lock,
  assign: buyer.assign,
  inspect: judging.inspect,
  'order-audit': orderAudit,
  'await-verdict': awaitVerdict,
  ask: judging.ask,
  approve: judging.approve,
  reject: judging.reject,
  reclaim: buyer.reclaim,
  cancel: buyer.cancel,
  'rate-seller': judging.rateSeller,
  refine: seller.refine,
  shelve: seller.shelve,
  apply: seller.apply,
  deliver: seller.deliver,
  'rate-buyer': seller.rateBuyer,
  say,
  audit,
  wake: coordinating.wake,
  report: coordinating.report,
};

/** What became of one intent in one beat; `failed` carries what was thrown, for the log. */
export interface Report {
  readonly intent: Intent;
  readonly result: 'done' | 'later' | 'failed' | 'outrun';
  readonly reason?: unknown;
  /** Of deals that it found paid. */
  readonly wrongFees?: readonly WrongFee[];
}

export interface Acting {
  readonly agent: Agent;
  readonly lease: Lease;
  readonly hands: Hands;
  /** False when the function's time is nearly over: what is left waits for the next beat. */
  readonly hasTime: () => boolean;
  /** Goods may be made, one product at most: it takes long. */
  readonly mayMake: boolean;
  /** Intents that this beat has had its turn at, by id; filled as it goes. */
  readonly tried: Tried;
}

/** `done`: once, and it is no more; should another one commit it anew, it has one more turn. `over`: none is left. */
export type Tried = Map<string, 'done' | 'over'>;

/**
 * Carries out what was committed, oldest first, and what follows from it, each intent at most once a beat, or twice when it was done and
 * is committed anew: what is signed for two minutes is sent in the beat that signs it, or never. Then lines, under the limits, and
 * goods are made last of all: time may be out before they are. An intent that fails harms no other one.
 */
export async function act(
  snapshot: Snapshot,
  acting: Acting,
): Promise<{ readonly snapshot: Snapshot; readonly reports: readonly Report[] }> {
  const reports: Report[] = [];
  const { tried } = acting;
  let current = snapshot;
  while (acting.hasTime()) {
    const intent = next(current, {
      tried,
      maySpeak: saidIn(tried) < (acting.hands.limits ?? DEFAULT_LIMITS).perBeat,
      mayMake: acting.mayMake && !hasMade(reports),
    });
    if (intent === undefined) break;
    const isFirst = !tried.has(intent.id);
    tried.set(intent.id, 'over');
    const [report, after] = await carryOut(intent, current, acting);
    if (isFirst && report.result === 'done') tried.set(intent.id, 'done');
    reports.push(report);
    current = after;
    if (report.result === 'outrun') break;
  }
  return { snapshot: current, reports };
}

function saidIn(tried: Tried): number {
  return [...tried.keys()].filter((id) => id.startsWith('say#')).length;
}

/** Works through all of a product. */
function isHeavy({ kind }: Intent): boolean {
  return kind === 'refine' || kind === 'shelve';
}

/** Whether these hold an attempt to make goods, whatever came of it. */
export function hasMade(reports: readonly Report[]): boolean {
  return reports.some(({ intent }) => isHeavy(intent));
}

interface Turn {
  readonly tried: Tried;
  readonly maySpeak: boolean;
  readonly mayMake: boolean;
}

function next(
  { state, intents }: Snapshot,
  { tried, maySpeak, mayMake }: Turn,
): Intent | undefined {
  // what a wallet held at first must be written down before anything moves: a lock that came before would be booked twice
  const open = state.isOpened ? intents : intents.filter(({ kind }) => kind === 'open-ledger');
  const left = open.filter(({ id }) => tried.get(id) !== 'over');
  const lines = maySpeak ? left.filter(({ kind }) => kind === 'say') : [];
  const goods = mayMake ? left.filter(isHeavy) : [];
  // what was tried least: goods that cannot be made must not keep others from being made
  goods.sort((a, b) => a.attempts - b.attempts);
  return left.find((one) => one.kind !== 'say' && !isHeavy(one)) ?? lines[0] ?? goods[0];
}

async function carryOut(
  intent: Intent,
  snapshot: Snapshot,
  acting: Acting,
): Promise<[Report, Snapshot]> {
  const { agent, lease, hands } = acting;
  const unclaimed = await claim(intent, acting);
  if (unclaimed) return [unclaimed, snapshot];
  const at = hands.now().toISOString();
  const outcome = await attempt({ agent, intent, snapshot, hands, at });
  if (outcome.kind === 'failed')
    return [{ intent, result: 'failed', reason: outcome.reason }, snapshot];
  if (outcome.kind === 'later') {
    const { reason, change: learnt } = outcome;
    if (learnt === undefined) return [{ intent, result: 'later', reason }, snapshot];
    const change = complete(snapshot, learnt);
    return (await hands.agents.commit(lease, change)) === 'committed'
      ? [{ intent, result: 'later', reason }, apply(snapshot, change)]
      : [{ intent, result: 'outrun' }, snapshot];
  }

  const moved =
    outcome.kind === 'change'
      ? outcome.change
      : outcome.step && changeOf(agent, snapshot, { step: outcome.step, at });
  const change = complete(snapshot, merge({ done: [intent.id] }, moved ?? {}));
  const commit = await hands.agents.commit(lease, change);
  return commit === 'committed'
    ? [{ intent, result: 'done', wrongFees: wrongFees(change.deals) }, apply(snapshot, change)]
    : [{ intent, result: 'outrun' }, snapshot];
}

/**
 * Why the intent is not ours to carry out now. An answer may come so late that the lease is another's by then, and what was true
 * when we looked is not any more.
 */
async function claim(
  intent: Intent,
  { lease, hands, hasTime }: Acting,
): Promise<Report | undefined> {
  if (!(await hands.agents.claim(lease, intent))) return { intent, result: 'outrun' };
  return hasTime() ? undefined : { intent, result: 'later', reason: 'the time is over' };
}

async function attempt(
  job: Job,
): Promise<Outcome | { readonly kind: 'failed'; readonly reason: unknown }> {
  try {
    return await EFFECTS[job.intent.kind](job);
  } catch (error) {
    return { kind: 'failed', reason: error };
  }
}
