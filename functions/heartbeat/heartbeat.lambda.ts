import type { Context } from 'aws-lambda';
import type { Intent } from '#contract/agent-state.ts';
import { Beat, type BeatOutcome } from '#contract/beat.ts';
import { TaskId } from '#contract/ids.ts';
import { METRICS } from '#contract/metrics.ts';
import type { Report } from '#core/heartbeat/act.ts';
import { beat, type Round } from '#core/heartbeat/beat.ts';
import { wire } from './wiring.ts';

/** Left of the function's time when nothing new is begun any more, in ms. */
const LAST_CALL_MS = 5_000;
/** How long after the function's end its lease runs out, in ms. */
const LEASE_MARGIN_MS = 2_000;

const house = wire();
// what Lambda's INIT waits for; a key that could not be had is asked for again by the first beat, which then says why
await house.services(house.resident).catch(() => undefined);

/** Called by EventBridge Scheduler with the scheduled time as beatId, by the wake room, and by an owner who wants to see it. */
export async function handler(event: unknown, context: Context): Promise<BeatOutcome> {
  const pulse = Beat.parse(event);
  const { hands, salt, takeTroubles } = await house.services(pulse.agentId);
  const remaining = context.getRemainingTimeInMillis();
  const report = await beat(pulse, {
    ...hands,
    salt,
    owner: context.awsRequestId,
    until: new Date(hands.now().getTime() + remaining + LEASE_MARGIN_MS),
    hasTime: () => context.getRemainingTimeInMillis() > LAST_CALL_MS,
  });
  const rounds = report.kind === 'beaten' ? report.rounds : [];
  const reports = rounds.flatMap((round) => round.reports);
  const outcome = {
    outcome: report.kind,
    commits: rounds.map(({ commit }) => commit),
    refusals: rounds.flatMap((round) => round.refusals),
  };
  for (const round of rounds) tellRound(pulse, round);
  house.log.info('beat', { ...pulse, ...outcome });
  house.measure({
    [METRICS.dealsSettled]: reports.filter(isSettled).length,
    [METRICS.intentsFailed]: reports.filter(({ result }) => result === 'failed').length,
    [METRICS.budgetRefusals]: outcome.refusals.length,
    [METRICS.wrongFees]: rounds.flatMap(({ wrongFees }) => wrongFees).length,
    [METRICS.marketTroubles]: takeTroubles(),
  });
  return {
    ...outcome,
    intents: reports.map(({ intent, result, reason }) => ({
      id: intent.id,
      result,
      ...(reason === undefined ? {} : { reason: words(reason) }),
    })),
  };
}

/** Whoever looks for a deal finds by one key what was done of it, and in which beat; other rooms tell of it by the same. */
function tellRound({ agentId }: Beat, { beatId, reports, wrongFees }: Round): void {
  for (const { intent, result, reason } of reports) {
    const about = { agentId, beatId, ...dealOf(intent), intent: intent.id };
    house.log.info('intent', { ...about, result, ...because(reason) });
  }
  for (const { taskId, observed, expected } of wrongFees)
    house.log.warn('wrong-fee', { agentId, beatId, dealId: taskId, observed, expected });
}

/** Nothing of a bounty that is only being published: it has no id yet. */
function dealOf({ subject, event, audit }: Intent): { readonly dealId?: TaskId } {
  const told = event !== undefined && 'taskId' in event ? event.taskId : audit?.taskId;
  const dealId = TaskId.safeParse(told ?? subject).data;
  return dealId === undefined ? {} : { dealId };
}

function isSettled({ intent, result }: Report): boolean {
  return intent.kind === 'rate-seller' && result === 'done';
}

function because(reason: unknown): Record<string, unknown> {
  if (reason === undefined) return {};
  return reason instanceof Error ? { error: reason } : { reason };
}

function words(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
