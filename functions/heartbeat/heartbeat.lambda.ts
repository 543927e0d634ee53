import type { Context } from 'aws-lambda';
import type { Intent } from '#contract/agent-state.ts';
import { Beat, type BeatOutcome } from '#contract/beat.ts';
import { type AgentId, TaskId } from '#contract/ids.ts';
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
  const { log } = house;
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
  for (const round of rounds) tellEffects(pulse.agentId, round);
  const refusals = rounds.flatMap((round) => round.refusals);
  log.info('beat', {
    ...pulse,
    outcome: report.kind,
    commits: rounds.map(({ commit }) => commit),
    refusals,
  });
  tell(rounds, { pulse, troubles: takeTroubles() });
  return {
    outcome: report.kind,
    commits: rounds.map(({ commit }) => commit),
    refusals,
    intents: reports.map(({ intent, result, reason }) => ({
      id: intent.id,
      result,
      ...(reason === undefined ? {} : { reason: words(reason) }),
    })),
  };
}

/** Whoever looks for a deal finds by one key what was done of it, and in which beat; other rooms tell of it by the same. */
function tellEffects(agentId: AgentId, { beatId, reports }: Round): void {
  for (const { intent, result, reason } of reports) {
    const about = { agentId, beatId, ...dealOf(intent), intent: intent.id };
    house.log.info('intent', { ...about, result, ...because(reason) });
  }
}

/** Nothing of a bounty that is only being published: it has no id yet. */
function dealOf({ subject, event, audit }: Intent): { readonly dealId?: TaskId } {
  const told = event !== undefined && 'taskId' in event ? event.taskId : audit?.taskId;
  const dealId = TaskId.safeParse(told ?? subject).data;
  return dealId === undefined ? {} : { dealId };
}

function tell(
  rounds: readonly Round[],
  { pulse, troubles }: { readonly pulse: Beat; readonly troubles: number },
): void {
  const { log, measure } = house;
  const reports = rounds.flatMap((round) => round.reports);
  const wrong = rounds.flatMap(({ wrongFees }) => wrongFees);
  for (const { taskId, observed, expected } of wrong)
    log.warn('wrong-fee', {
      ...pulse,
      dealId: taskId,
      observed: `${observed}`,
      expected: `${expected}`,
    });
  measure({
    [METRICS.dealsSettled]: count(reports, 'rate-seller', 'done'),
    [METRICS.intentsFailed]: reports.filter(({ result }) => result === 'failed').length,
    [METRICS.budgetRefusals]: rounds.flatMap(({ refusals }) => refusals).length,
    [METRICS.wrongFees]: wrong.length,
    [METRICS.marketTroubles]: troubles,
  });
}

function count(
  reports: readonly Report[],
  kind: Report['intent']['kind'],
  result: Report['result'],
): number {
  return reports.filter((report) => report.intent.kind === kind && report.result === result).length;
}

function because(reason: unknown): Record<string, unknown> {
  if (reason === undefined) return {};
  return reason instanceof Error ? { error: reason } : { reason };
}

function words(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
