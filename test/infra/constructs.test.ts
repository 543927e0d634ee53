import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { agentOf } from '#contract/roster.ts';
import { AgentHeartbeat } from '../../lib/constructs/agent-heartbeat.ts';
import { grantPartitions } from '../../lib/constructs/grants.ts';
import { HttpDoor } from '../../lib/constructs/http-door.ts';
import { RoomFunction } from '../../lib/constructs/room-function.ts';
import { stageParameter } from '../../lib/constructs/stage-parameter.ts';
import { WorkQueue } from '../../lib/constructs/work-queue.ts';
import { local, type StageValues, sandbox } from '../../lib/stages.ts';
import { aFolder } from '../support/folders.ts';
import { anApp, aStack } from './support.ts';

const aRoom = (stack: Stack, room = 'market') =>
  new RoomFunction(stack, 'Room', {
    stage: sandbox,
    room,
    description: 'A room',
    environment: { STAGE: 'sandbox' },
    memory: 256,
    timeout: Duration.seconds(10),
  }).function;

describe('RoomFunction', () => {
  it('may write its own log and nothing else', () => {
    const stack = aStack();
    aRoom(stack);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^RoomLog'), 'Arn'] },
          },
        ],
      },
    });
  });

  it('says what to do when its room is not built', () => {
    const stack = new Stack(anApp(aFolder()), 'test');
    expect(() => aRoom(stack)).toThrow(/^Room "market" is not built at .*: run `npm run build`\.$/);
  });
});

describe('AgentHeartbeat', () => {
  const schedule = (stage: StageValues, id: string) => {
    const stack = aStack();
    new AgentHeartbeat(stack, 'Pulse', {
      stage,
      agent: agentOf(id),
      beats: aRoom(stack),
      lostBeats: new Queue(stack, 'Lost'),
    });
    return Object.values(Template.fromStack(stack).findResources('AWS::Scheduler::Schedule'))[0]?.[
      'Properties'
    ] as Record<string, unknown>;
  };

  it('beats at its offset to the second, where the scheduler takes a past start date', () => {
    expect(schedule(local, 'kk-skill-extractor')).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      StartDate: '1970-01-01T00:00:06.000Z',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
  });

  it('beats within its minute in AWS, which refuses past start dates', () => {
    const aws = schedule(sandbox, 'kk-skill-extractor');
    expect(aws).toMatchObject({
      ScheduleExpression: 'cron(0/5 * * * ? *)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1 },
    });
    expect(aws['StartDate']).toBeUndefined();
  });
});

describe('WorkQueue', () => {
  it('buries in a queue of its own kind, and rings when something lies there', () => {
    const stack = aStack();
    new WorkQueue(stack, 'Lines', {
      fifo: true,
      hidden: Duration.seconds(30),
      attempts: 7,
      loses: 'Lines that nobody has read.',
      alarms: new Topic(stack, 'Alarms'),
    });
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::SQS::Queue', { FifoQueue: true });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 30,
      RedrivePolicy: { maxReceiveCount: 7 },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
    });
  });
});

describe('HttpDoor', () => {
  it('leads everything to its room, no faster than the stage allows', () => {
    const stack = aStack();
    new HttpDoor(stack, 'Door', { stage: sandbox, name: 'market' }).leadsTo(aRoom(stack));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      PayloadFormatVersion: '2.0',
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50 },
    });
  });
});

describe('grantPartitions', () => {
  it('pins the partition, and refuses requests that name none', () => {
    const stack = aStack();
    const table = new Table(stack, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
    });
    const role = new Role(stack, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    grantPartitions(role, { table, partitions: ['SEEN#wake'], actions: ['dynamodb:PutItem'] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'dynamodb:PutItem',
            Condition: {
              'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['SEEN#wake'] },
              Null: { 'dynamodb:LeadingKeys': 'false' },
            },
          },
        ],
      },
    });
  });
});

describe('stageParameter', () => {
  it('is one parameter, however many ask for it, and has a default only if given', () => {
    const stack = aStack();
    const asked = [1, 2].map(() =>
      stageParameter(stack, 'RpcUrl', { description: 'x', value: 'y' }),
    );
    const address = stageParameter(stack, 'MarketAddress', { description: 'z' });
    new Topic(stack, 'Topic', { displayName: asked.join('') + address });
    expect(stack.resolve(asked)).toEqual([{ Ref: 'RpcUrl' }, { Ref: 'RpcUrl' }]);
    const template = Template.fromStack(stack);
    expect(template.findParameters('RpcUrl')).toMatchObject({ RpcUrl: { Default: 'y' } });
    expect(Object.keys(template.findParameters('MarketAddress')['MarketAddress'] ?? {})).toEqual([
      'Type',
      'Description',
    ]);
  });
});
