import {
  Alarm,
  ComparisonOperator,
  type IAlarm,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface HouseAlarmProps {
  readonly metric: IMetric;
  /** Rings when the metric is at or over it, or under it for `below`. */
  readonly threshold: number;
  /** @default false */
  readonly below?: boolean;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
  /** No data rings too. @default false */
  readonly missingRings?: boolean;
  /** What a human loses while this rings, as one sentence. */
  readonly loses: string;
  /** Heading in docs/runbook.md, as its anchor. */
  readonly runbook: string;
  readonly topic: ITopic;
}

/** An alarm that says what is lost and where to read on. */
export class HouseAlarm extends Construct {
  readonly alarm: IAlarm;

  constructor(scope: Construct, id: string, props: HouseAlarmProps) {
    super(scope, id);
    const { metric, threshold, below = false, periods = 1, missingRings = false, topic } = props;
    const alarm = new Alarm(this, 'Alarm', {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missingRings ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.loses} Runbook: docs/runbook.md#${props.runbook}`,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    this.alarm = alarm;
  }
}
