import { Duration } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  type IMetric,
  MathExpression,
  Metric,
  type MetricOptions,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS, NAMESPACE } from '#contract/metrics.ts';
import type { StageValues } from '../stages.ts';
import { HouseAlarm, type HouseAlarmProps } from './house-alarm.ts';
import type { HttpDoor } from './http-door.ts';

export interface EconomyAlarmsProps {
  readonly stage: StageValues;
  readonly topic: ITopic;
  /** Nicks that are on IRC. @default - the stage has no relay */
  readonly onIrc?: Metric | undefined;
  readonly doors: readonly HttpDoor[];
}

type Given = Omit<HouseAlarmProps, 'topic'>;

/** What rings although every part works: nothing is sold, nothing is understood, somebody knocks too often, it costs too much. */
export class EconomyAlarms extends Construct {
  constructor(scope: Construct, id: string, props: EconomyAlarmsProps) {
    super(scope, id);
    const { stage, topic, onIrc, doors } = props;
    const alarms: Readonly<Record<string, Given>> = {
      ...this.#trade(stage),
      ...this.#money(stage),
      DoorsFail: {
        metric: atDoors(doors, 'failed', (api, options) => api.metricServerError(options)),
        threshold: 10,
        loses: 'Whoever knocks and gets an error: the shop, the market or the facilitator is down.',
        runbook: 'doors-fail',
      },
      Knocking: {
        metric: atDoors(doors, 'refused', (api, options) => api.metricClientError(options)),
        threshold: 1_000,
        loses: 'Buyers and agents who are refused while somebody knocks at a door without end.',
        runbook: 'knocking',
      },
      ...(onIrc && {
        RelayGone: {
          // no task, no data: and one that runs and reaches no server says 0
          metric: onIrc.with({ period: Duration.minutes(5), statistic: Stats.MAXIMUM }),
          threshold: 1,
          below: true,
          periods: 3,
          missingRings: true,
          loses: 'Everybody on IRC: no agent hears or says anything, and nobody can command.',
          runbook: 'relay-gone',
        },
      }),
    };
    for (const [name, given] of Object.entries(alarms))
      new HouseAlarm(this, name, { ...given, topic });
    this.#budget(stage, topic);
  }

  /** What runs out. Reconcile's own silence rings as its findings do; the facilitator tells of its gas whenever it sends. */
  #money(stage: StageValues): Readonly<Record<string, Given>> {
    const hour = { period: Duration.hours(1) };
    return {
      WalletsLow: {
        metric: ofEconomy(stage, 'reconcile', METRICS.walletsLow).with({
          ...hour,
          statistic: Stats.MAXIMUM,
        }),
        threshold: 1,
        loses: 'Purchases: an agent has hardly more USDC than the reserve that it must keep.',
        runbook: 'wallets-low',
      },
      ...(stage.market.kind === 'own' && {
        GasLow: {
          metric: ofEconomy(stage, 'facilitator', METRICS.gasLeft).with({
            ...hour,
            statistic: Stats.MINIMUM,
          }),
          threshold: 500,
          below: true,
          loses: 'Settlement, soon: the facilitator can pay the gas of few more transactions.',
          runbook: 'gas-low',
        },
      }),
    };
  }

  #trade(stage: StageValues): Readonly<Record<string, Given>> {
    const sum = (room: string, name: string, period: Duration) =>
      ofEconomy(stage, room, name).with({ period, statistic: Stats.SUM });
    return {
      MarketTroubles: {
        metric: sum('heartbeat', METRICS.marketTroubles, Duration.minutes(15)),
        threshold: 20,
        loses:
          'Time, and then deals: the market answers 429 or 5xx, or not at all, and bounties wait.',
        runbook: 'market-troubles',
      },
      NoDeals: {
        metric: sum('heartbeat', METRICS.dealsSettled, Duration.days(1)),
        threshold: 1,
        below: true,
        missingRings: true,
        loses: 'The economy itself: nobody has sold anything to anybody for a day.',
        runbook: 'no-deals',
      },
      IntentsFail: {
        metric: sum('heartbeat', METRICS.intentsFailed, Duration.minutes(15)),
        threshold: 20,
        loses:
          'Deals that do not get on: the market, the facilitator or the chain refuses what agents ask.',
        runbook: 'intents-fail',
      },
      BudgetRefusals: {
        metric: sum('heartbeat', METRICS.budgetRefusals, Duration.hours(1)),
        threshold: 100,
        loses: 'Purchases: agents want more than their day, their cap or their reserve allows.',
        runbook: 'budget-refusals',
      },
      Quarantine: {
        metric: sum('collect-logs', METRICS.recordsQuarantined, Duration.hours(1)),
        threshold: 100,
        loses: 'Messages that nobody could read: what is sold lacks them.',
        runbook: 'quarantine-grows',
      },
    };
  }

  /** Of the whole account: a budget by tag would need somebody to switch the tag on first. */
  #budget({ name, budgetUsd }: StageValues, topic: ITopic): void {
    const subscribers = [{ subscriptionType: 'SNS', address: topic.topicArn }];
    const at = (notificationType: string) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100 },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `economia-viva-${name}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budgetUsd, unit: 'USD' },
      },
      notificationsWithSubscribers: [at('ACTUAL'), at('FORECASTED')],
    });
  }
}

/** One of the economy's own metrics, as a room of this stage counts it. */
export function ofEconomy(
  { name }: Pick<StageValues, 'name'>,
  service: string,
  metric: string,
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: metric,
    dimensionsMap: { service, stage: name },
    statistic: Stats.SUM,
  });
}

/** Requests that doors refused (4xx: the throttle answers 429) or failed (5xx), all doors together. */
function atDoors(
  doors: readonly HttpDoor[],
  label: string,
  metricOf: (api: HttpDoor['api'], options: MetricOptions) => IMetric,
): IMetric {
  const period = Duration.minutes(5);
  const usingMetrics = Object.fromEntries(
    doors.map(({ api }, index): [string, IMetric] => [
      `m${index}`,
      metricOf(api, { period, statistic: Stats.SUM }),
    ]),
  );
  const filled = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new MathExpression({
    expression: filled.join(' + '),
    usingMetrics,
    period,
    label,
  });
}
