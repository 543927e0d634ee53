import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRICS } from '#contract/metrics.ts';
import type { AgentsStack } from '../stacks/agents.ts';
import type { IrcStack } from '../stacks/irc.ts';
import type { LogsStack } from '../stacks/logs.ts';
import type { MarketStack } from '../stacks/market.ts';
import type { StateStack } from '../stacks/state.ts';
import type { StageValues } from '../stages.ts';
import { ofEconomy } from './economy-alarms.ts';

/** All that is watched of a stage. */
export interface Watched {
  readonly stage: StageValues;
  readonly state: StateStack;
  readonly logs: LogsStack;
  readonly irc: IrcStack;
  readonly agents: AgentsStack;
  /** @default - somebody else's market, which somebody else watches */
  readonly market?: MarketStack | undefined;
}

export interface EconomyDashboardProps extends Watched {
  readonly alarms: readonly IAlarm[];
  /** Which says on IRC what rings. @default - there is none */
  readonly lines?: IFunction | undefined;
}

/** What a person looks at, at 3 a.m.: what rings, is it alive, is it earning, is anything stuck, what does it cost. */
export class EconomyDashboard extends Construct {
  constructor(scope: Construct, id: string, props: EconomyDashboardProps) {
    super(scope, id);
    const { stage, state, irc, agents } = props;
    const beating = agents.agents.map((agent) => agent.function);
    new Dashboard(this, 'Dashboard', {
      dashboardName: `economia-viva-${stage.name}`,
      widgets: [
        [heading(`# Economía Viva, ${stage.name}`)],
        [new AlarmStatusWidget({ title: 'What rings', alarms: [...props.alarms], width: 24 })],
        ...living(props),
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

function living({ irc, agents, logs, market, lines }: EconomyDashboardProps): IWidget[][] {
  const trading = market ? [market.market, market.facilitator] : [];
  const rooms = [
    logs.collectLogs,
    irc.obeys,
    agents.wake,
    agents.storefront,
    agents.reconcile,
    ...trading,
    ...(lines ? [lines] : []),
  ];
  const beating = agents.agents.map((agent) => agent.function);
  return [
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
    ...(irc.relay
      ? [[graph('On IRC', [irc.relay.connected.with({ statistic: Stats.MAXIMUM })])]]
      : []),
  ];
}

function earning(stage: StageValues): IWidget[][] {
  const of = (name: string) => ofEconomy(stage, 'heartbeat', name);
  return [
    [heading('## Is it earning?')],
    [
      graph('Deals settled', [of(METRICS.dealsSettled)]),
      graph('Failed, refused by budgets, and trouble of the market', [
        of(METRICS.intentsFailed),
        of(METRICS.budgetRefusals),
        of(METRICS.marketTroubles),
      ]),
    ],
    [
      graph('Buyers whose wallet is low', [
        ofEconomy(stage, 'reconcile', METRICS.walletsLow).with({ statistic: Stats.MAXIMUM }),
      ]),
      ...(stage.market.kind === 'own'
        ? [
            graph("Transactions that the facilitator's gas pays for", [
              ofEconomy(stage, 'facilitator', METRICS.gasLeft).with({ statistic: Stats.MINIMUM }),
            ]),
          ]
        : []),
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
