import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { METRICS, NAMESPACE } from '#contract/metrics.ts';
import { EconomyAlarms, ofEconomy } from '../constructs/economy-alarms.ts';
import { HouseAlarm } from '../constructs/house-alarm.ts';
import type { StageValues } from '../stages.ts';
import type { AgentsStack } from './agents.ts';
import type { IrcStack } from './irc.ts';
import type { LogsStack } from './logs.ts';
import type { MarketStack } from './market.ts';
import type { StateStack } from './state.ts';

export interface WatchStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
  readonly logs: LogsStack;
  readonly irc: IrcStack;
  readonly agents: AgentsStack;
  /** @default - somebody else's market, which somebody else watches */
  readonly market?: MarketStack;
}

/** CloudWatch takes at most ten metrics in one alarm. */
const METRICS_PER_ALARM = 10;

/** What a person looks at: is it alive, is anything stuck. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: WatchStackProps) {
    super(scope, id, { env: { region: props.stage.region } });
    this.#missedBeats(props);
    this.#failures(props);
    this.#findings(props);
    this.#fees(props);
    new EconomyAlarms(this, 'Economy', {
      stage: props.stage,
      topic: props.state.alarms,
      relay: props.irc.relay?.service,
      doors: [props.agents.door, ...(props.market?.doors ?? [])],
    });
    this.#dashboard(props);
  }

  /** The slowest agent's beats in three intervals; an agent without data counts as none. */
  #missedBeats({ stage, state, agents }: WatchStackProps): void {
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

  #failures({ state, agents, irc, logs, market }: WatchStackProps): void {
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
  #findings({ stage, state }: WatchStackProps): void {
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

  #fees({ stage, state }: WatchStackProps): void {
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

  #alarms(): IAlarm[] {
    return this.node.findAll().flatMap((one) => (one instanceof HouseAlarm ? [one.alarm] : []));
  }

  #dashboard({ stage, state, irc, agents, logs, market }: WatchStackProps): void {
    const trading = market ? [market.market, market.facilitator] : [];
    const rooms = [
      logs.collectLogs,
      irc.obeys,
      agents.wake,
      agents.storefront,
      agents.reconcile,
      ...trading,
    ];
    const beating = agents.agents.map((agent) => agent.function);
    new Dashboard(this, 'Dashboard', {
      dashboardName: `economia-viva-${stage.name}`,
      widgets: [
        [heading(`# Economía Viva, ${stage.name}`)],
        [new AlarmStatusWidget({ title: 'What rings', alarms: this.#alarms(), width: 24 })],
        [heading('## Is it alive?')],
        [
          graph(
            'Beats',
            agents.agents.map(({ id, function: room }) => ofAgent(room, id)),
          ),
          graph(
            'Failed',
            [...beating, ...rooms].map((room) => room.metricErrors()),
          ),
        ],
        ...earning(stage),
        [heading('## Is anything stuck?')],
        [
          graph('Waiting', [state.uploads.queue, state.wake.queue, irc.out.queue].map(age)),
          graph(
            'How long a beat takes, p95',
            beating.map((room) => room.metricDuration({ statistic: 'p95' })),
          ),
        ],
        ...found(stage),
        [heading('## What does it cost?')],
        [
          graph('Estimated bill of the account, dollars this month', [BILL]),
          graph(
            'Computing, ms',
            beating.map((room) => room.metricDuration({ statistic: Stats.SUM })),
          ),
        ],
      ],
    });
  }
}

function earning(stage: StageValues): IWidget[][] {
  const of = (name: string) => ofEconomy(stage, 'heartbeat', name);
  return [
    [heading('## Is it earning?')],
    [
      graph('Deals settled', [of(METRICS.dealsSettled)]),
      graph('Failed, and refused by budgets', [
        of(METRICS.intentsFailed),
        of(METRICS.budgetRefusals),
      ]),
    ],
  ];
}

function found(stage: StageValues): IWidget[][] {
  const findings = [METRICS.findings, METRICS.findingsStanding];
  return [
    [
      graph(
        'Found by reconcile, and standing',
        findings.map((name) => ofEconomy(stage, 'reconcile', name)),
      ),
      graph('Not understood in logs', [
        ofEconomy(stage, 'collect-logs', METRICS.recordsQuarantined),
      ]),
    ],
  ];
}

/** In us-east-1 alone, and where somebody has switched billing alerts on. */
const BILL = new Metric({
  namespace: 'AWS/Billing',
  metricName: 'EstimatedCharges',
  dimensionsMap: { Currency: 'USD' },
  period: Duration.hours(6),
  statistic: Stats.MAXIMUM,
});

function heading(markdown: string): TextWidget {
  return new TextWidget({ markdown, width: 24, height: 1 });
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12 });
}

function ofAgent(room: IFunction, label: string): IMetric {
  return room.metricInvocations({ label, statistic: Stats.SUM });
}

function age(queue: IQueue): IMetric {
  return queue.metricApproximateAgeOfOldestMessage();
}
