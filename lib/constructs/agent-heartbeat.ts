import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  type ScheduleProps,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Agent } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';

export interface AgentHeartbeatProps {
  readonly stage: StageValues;
  readonly agent: Agent;
  /** The agent's function. */
  readonly beats: IFunction;
  /** Where beats go that could not be delivered. */
  readonly lostBeats: IQueue;
}

/** One agent's pulse: the schedule that beats its function, at its own place in the interval. */
export class AgentHeartbeat extends Construct {
  constructor(scope: Construct, id: string, props: AgentHeartbeatProps) {
    super(scope, id);
    const { stage, agent, beats, lostBeats } = props;
    new Schedule(this, 'Schedule', {
      ...pulse(stage, agent),
      description: `Beats ${agent.id}`,
      target: new LambdaInvoke(beats, {
        // the scheduled time, not the execution id: a retry must carry the same beatId
        input: ScheduleTargetInput.fromObject({
          agentId: agent.id,
          beatId: ContextAttribute.scheduledTime,
        }),
        deadLetterQueue: lostBeats,
        // an old beat is worth nothing: the next one does its work
        retryAttempts: 3,
        maxEventAge: stage.every,
      }),
    });
  }
}

function pulse(
  { every, phase }: StageValues,
  { beatOffset }: Agent,
): Pick<ScheduleProps, 'schedule' | 'start' | 'timeWindow'> {
  switch (phase) {
    case 'exact':
      return {
        schedule: ScheduleExpression.rate(every),
        start: new Date(beatOffset * 1000),
        timeWindow: TimeWindow.off(),
      };
    case 'minute': {
      const minute = Math.floor(beatOffset / 60) % every.toMinutes();
      return {
        schedule: ScheduleExpression.cron({ minute: `${minute}/${every.toMinutes()}` }),
        timeWindow: TimeWindow.flexible(Duration.minutes(1)),
      };
    }
  }
}
