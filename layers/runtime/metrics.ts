import { NAMESPACE } from '#contract/metrics.ts';
import { type Print, print } from './log.ts';

/** Counts by their names in METRICS, and what their line tells besides. */
export type Measure = (
  counts: Readonly<Record<string, number>>,
  about?: Readonly<Record<string, string>>,
) => void;

/**
 * One room's metrics, of one stage, for two stages of one account have an alarm each: one line on stdout for each call, of which CloudWatch makes them.
 * Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMeasure(room: string, stage: string, out: Print = print): Measure {
  return (counts, about) => {
    const Metrics = Object.keys(counts).map((Name) => ({ Name, Unit: 'Count' }));
    const Dimensions = [['service', 'stage']];
    const _aws = {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions, Metrics }],
    };
    out(JSON.stringify({ _aws, service: room, stage, ...about, ...counts }));
  };
}
