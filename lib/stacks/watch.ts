import { Duration, Stack } from 'aws-cdk-lib';
import {
  type IAlarm,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRICS, NAMESPACE } from '#contract/metrics.ts';
import { AlarmLines } from '../constructs/alarm-lines.ts';
import { EconomyAlarms } from '../constructs/economy-alarms.ts';
import { EconomyDashboard, type Watched } from '../constructs/economy-dashboard.ts';
import { HouseAlarm } from '../constructs/house-alarm.ts';

/** CloudWatch takes at most ten metrics in one alarm. */
const METRICS_PER_ALARM = 10;

/** What a person looks at: is it alive, is anything stuck. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: Watched) {
    super(scope, id, { env: { region: props.stage.region } });
    const lines = this.#lines(props);
    this.#missedBeats(props);
    this.#failures(props, lines);
    this.#findings(props);
    this.#fees(props);
    new EconomyAlarms(this, 'Economy', {
      stage: props.stage,
      topic: props.state.alarms,
      onIrc: props.irc.relay?.connected,
      doors: [props.agents.door, ...(props.market?.doors ?? [])],
    });
    new EconomyDashboard(this, 'Dashboard', { ...props, lines, alarms: this.#alarms() });
  }

  /** Where nobody is on IRC, mail is all. */
  #lines({ stage, state, irc }: Watched): IFunction | undefined {
    if (irc.relay === undefined) return undefined;
    const given = { stage, topic: state.alarms, out: irc.out.queue };
    return new AlarmLines(this, 'Lines', given).function;
  }

  /** The slowest agent's beats in three intervals; an agent without data counts as none. */
  #missedBeats({ stage, state, agents }: Watched): void {
    const period = Duration.minutes(stage.every.toMinutes() * 3);
    for (let from = 0; from < agents.agents.length; from += METRICS_PER_ALARM) {
      const some = agents.agents.slice(from, from + METRICS_PER_ALARM);
      const usingMetrics = Object.fromEntries(
        some.map((agent, index): [string, IMetric] => [
          `m${index}`,
          agent.function.metricInvocations({ period, statistic: Stats.SUM }),
        ]),
      );
      const filled = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
      new HouseAlarm(this, `MissedBeats${from / METRICS_PER_ALARM}`, {
        metric: new MathExpression({
          expression: `MIN([${filled.join(', ')}])`,
          usingMetrics,
          period,
          label: 'beats of the slowest agent',
        }),
        threshold: 1,
        below: true,
        missingRings: true,
        loses: 'An agent that no longer beats: it neither buys, delivers nor answers.',
        runbook: 'missed-beats',
        topic: state.alarms,
      });
    }
  }

  #failures({ state, agents, irc, logs, market }: Watched, lines?: IFunction): void {
    const trading: readonly [string, IFunction, string][] = market
      ? [
          ['Market', market.market, 'The market: no agent can post, assign or approve.'],
          [
            'Facilitator',
            market.facilitator,
            'Settlement: locks, releases and refunds stand still.',
          ],
        ]
      : [];
    const told: readonly [string, IFunction, string][] = lines
      ? [['AlarmLines', lines, 'Alarms on IRC: they come by mail alone.']]
      : [];
    const watched: readonly [string, IFunction, string][] = [
      ...trading,
      ['IrcCommands', irc.obeys, 'Orders of the owner that nobody carries out, halt among them.'],
      ['Wake', agents.wake, 'Wake-ups that fail: agents answer only at their next beat.'],
      [
        'Reconcile',
        agents.reconcile,
        'The audit: what is unfinished or unequal would stay so unseen.',
      ],
      ['Storefront', agents.storefront, 'Buyers who knock and get nothing for their money.'],
      ['CollectLogs', logs.collectLogs, 'Logs that do not become corpus: products grow old.'],
      ...told,
    ];
    for (const [name, room, loses] of watched) {
      new HouseAlarm(this, `${name}Fails`, {
        metric: room.metricErrors({ period: Duration.minutes(5), statistic: Stats.SUM }),
        threshold: 3,
        loses,
        runbook: 'room-fails',
        topic: state.alarms,
      });
    }
  }

  /** Found in run after run although the agent was woken each time; an audit that is silent finds nothing either, and rings too. */
  #findings({ stage, state }: Watched): void {
    new HouseAlarm(this, 'FindingsStand', {
      metric: new Metric({
        namespace: NAMESPACE,
        metricName: METRICS.findingsStanding,
        dimensionsMap: { service: 'reconcile', stage: stage.name },
        period: Duration.minutes(3 * stage.every.toMinutes()),
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      missingRings: true,
      loses: 'Money or deals that nobody mends by itself: locked, unbooked or unfinished.',
      runbook: 'findings-stand',
      topic: state.alarms,
    });
  }

  #fees({ stage, state }: Watched): void {
    new HouseAlarm(this, 'WrongFees', {
      metric: new Metric({
        namespace: NAMESPACE,
        metricName: METRICS.wrongFees,
        dimensionsMap: { service: 'heartbeat', stage: stage.name },
        period: Duration.minutes(15),
        statistic: Stats.SUM,
      }),
      threshold: 1,
      loses: 'Money: the operator keeps another share of the bounties than was agreed.',
      runbook: 'wrong-fees',
      topic: state.alarms,
    });
  }

  /** Of all stacks: dead letters ring where their queues are. */
  #alarms(): IAlarm[] {
    return this.node.root.node
      .findAll()
      .flatMap((one) => (one instanceof HouseAlarm ? [one.alarm] : []));
  }
}
