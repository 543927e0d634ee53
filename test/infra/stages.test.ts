import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROSTER } from '#contract/roster.ts';
import { local, prod, sandbox } from '../../lib/stages.ts';
import { digestOf } from './digest.ts';
import { get, type House, houseOf, statements } from './support.ts';

/** What the local cloud creates or knows that it may leave out. */
const KNOWN_TYPES =
  /^AWS::(DynamoDB::Table|S3::Bucket(Policy)?|SQS::Queue(Policy)?|SecretsManager::Secret|Lambda::(Function|EventSourceMapping|EventInvokeConfig|Permission)|Scheduler::Schedule|ApiGatewayV2::(Api|Integration|Route|Stage)|ECS::(Cluster|TaskDefinition|Service)|IAM::(Role|Policy|ManagedPolicy)|KMS::Key|Budgets::Budget|Logs::(LogGroup|MetricFilter)|CloudWatch::(Alarm|Dashboard)|SNS::(Topic|TopicPolicy|Subscription)|EC2::(VPC|VPCGatewayAttachment|InternetGateway|Subnet|SubnetRouteTableAssociation|RouteTable|Route|SecurityGroup))$/;

const text = (value: unknown) => JSON.stringify(value);

describe.each([local, sandbox, prod])('the house rules in stage $name', (stage) => {
  const house: House = houseOf(stage);
  const functions = house.of('AWS::Lambda::Function');
  const queues = house.of('AWS::SQS::Queue');
  const isOwn = stage.market.kind === 'own';

  it('deploys every room, and an agent function for each of the roster', () => {
    const services = [
      'alarm-lines',
      'collect-logs',
      'irc-commands',
      'reconcile',
      'storefront',
      'wake',
    ];
    const names = [
      ...services,
      ...(isOwn ? ['market', 'facilitator'] : []),
      ...ROSTER.map(({ id }) => `heartbeat-${id}`),
    ].map((name) => `economia-viva-${stage.name}-${name}`);
    expect(functions.map(({ Properties }) => Properties['FunctionName']).toSorted()).toEqual(
      names.toSorted(),
    );
    expect(names.filter((name) => name.length > 64)).toEqual([]);
  });

  it('is what its digest says: a reviewer reads the difference (vitest -u writes it)', async () => {
    await expect(digestOf(house)).toMatchFileSnapshot(`digests/${stage.name}.txt`);
  });

  it('traces nothing by X-Ray, which costs more than it tells', () => {
    expect(text(functions)).not.toContain('TracingConfig');
    const traced = statements(house).flatMap(({ actions }) => actions);
    expect(traced.filter((action) => action.startsWith('xray:'))).toEqual([]);
    for (const { Properties } of house.of('AWS::ApiGatewayV2::Stage'))
      expect(text(Properties)).not.toMatch(/xray|Tracing/i);
  });

  it('uses only resources that the local cloud knows, and none that is custom', () => {
    expect(house.all.filter(({ Type }) => !KNOWN_TYPES.test(Type))).toEqual([]);
  });

  it('runs on arm64 and Node 24 alone', () => {
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
      });
    }
    for (const { Properties } of house.of('AWS::ECS::TaskDefinition')) {
      expect(Properties).toMatchObject({
        RuntimePlatform: { CpuArchitecture: 'ARM64' },
        Cpu: '256',
        Memory: '512',
      });
    }
  });

  it('tells the local cloud where the code of each function is', () => {
    for (const { Metadata } of functions) {
      const path = String(Metadata?.['aws:asset:path']);
      expect(existsSync(join(house.folder, path, 'index.mjs'))).toBe(true);
    }
  });

  it('keeps the log of every function for a limited time', () => {
    const kept = new Set(
      house
        .of('AWS::Logs::LogGroup')
        .filter(({ Properties }) => Number(Properties['RetentionInDays']) > 0)
        .map(({ logicalId }) => logicalId),
    );
    for (const { Properties } of functions) {
      expect(kept).toContain(house.target(get(Properties, 'LoggingConfig', 'LogGroup')));
    }
  });

  it('gives every queue dead letters or an alarm for being one', () => {
    const alarmed = house
      .of('AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => text(Properties).includes('ApproximateNumberOfMessagesVisible'))
      .map(({ Properties }) => house.target(get(Properties, 'Dimensions', 0, 'Value')));
    const dead = queues
      .filter(({ Properties }) => Properties['RedrivePolicy'] === undefined)
      .map(({ logicalId }) => logicalId);
    const buried = queues
      .filter(({ Properties }) => Properties['RedrivePolicy'] !== undefined)
      .map(({ Properties }) =>
        house.target(get(Properties, 'RedrivePolicy', 'deadLetterTargetArn')),
      );

    expect(alarmed.toSorted()).toEqual(dead.toSorted());
    expect(dead).toEqual(expect.arrayContaining(buried));
    expect(buried).toHaveLength(5);
  });

  it('hides a message at least as long as its reader may take', () => {
    for (const { Properties } of house.of('AWS::Lambda::EventSourceMapping')) {
      const queue = queues.find(
        ({ logicalId }) => logicalId === house.target(Properties['EventSourceArn']),
      );
      const reader = functions.find(
        ({ logicalId }) => logicalId === house.target(Properties['FunctionName']),
      );
      expect(Number(queue?.Properties['VisibilityTimeout'])).toBeGreaterThanOrEqual(
        Number(reader?.Properties['Timeout']),
      );
      expect(Properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
    }
  });

  it('names every beat after its scheduled time, so a retry is the same beat', () => {
    const schedules = house
      .of('AWS::Scheduler::Schedule')
      .filter(({ Properties }) => String(get(Properties, 'Target', 'Input')).includes('beatId'));
    const beats = schedules.map(({ Properties }) => ({
      input: JSON.parse(String(get(Properties, 'Target', 'Input'))) as unknown,
      name: functions.find(
        ({ logicalId }) => logicalId === house.target(get(Properties, 'Target', 'Arn')),
      )?.Properties['FunctionName'],
      deadLetters: get(Properties, 'Target', 'DeadLetterConfig', 'Arn') !== undefined,
    }));
    expect(beats).toEqual(
      ROSTER.map(({ id }) => ({
        input: { agentId: id, beatId: '<aws.scheduler.scheduled-time>' },
        name: `economia-viva-${stage.name}-heartbeat-${id}`,
        deadLetters: true,
      })),
    );
  });

  it('lets nobody in from outside but through the throttled doors', () => {
    for (const { Properties } of house.of('AWS::EC2::SecurityGroup')) {
      expect(Properties['SecurityGroupIngress']).toBeUndefined();
    }
    for (const { Properties } of house.of('AWS::ApiGatewayV2::Stage')) {
      expect(get(Properties, 'DefaultRouteSettings', 'ThrottlingRateLimit')).toBeGreaterThan(0);
    }
    expect(house.of('AWS::ApiGatewayV2::Route')).toHaveLength(isOwn ? 3 : 1);
  });

  it('tells the collector of logs alone, by the bucket itself', () => {
    const [bucket, ...others] = house.of('AWS::S3::Bucket');
    expect(others).toEqual([]);
    const configurations = get(
      bucket?.Properties,
      'NotificationConfiguration',
      'QueueConfigurations',
    ) as { Queue: unknown; Filter: unknown }[];
    expect(configurations.map(({ Filter }) => Filter)).toEqual([
      { S3Key: { Rules: [{ Name: 'prefix', Value: 'kk-karma-hello/logs/' }] } },
    ]);
    const [mapping] = house
      .of('AWS::Lambda::EventSourceMapping')
      .filter(
        ({ Properties }) =>
          house.target(Properties['EventSourceArn']) === house.target(configurations[0]?.Queue),
      );
    const reader = functions.find(
      ({ logicalId }) => logicalId === house.target(mapping?.Properties['FunctionName']),
    );
    expect(reader?.Properties['FunctionName']).toBe(`economia-viva-${stage.name}-collect-logs`);
  });

  it('keeps what is stateful: point in time recovery everywhere, nothing deleted in prod', () => {
    const tables = house.of('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(2);
    for (const { Properties } of tables) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      });
    }
    const stateful = [
      ...tables,
      ...house.of('AWS::S3::Bucket'),
      ...house.of('AWS::SecretsManager::Secret'),
    ];
    const wanted = stage.name === 'prod' ? 'Retain' : 'Delete';
    expect(new Set(stateful.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(
      new Set([wanted]),
    );
  });

  it('puts no value of a secret into a template', () => {
    for (const { Properties } of house.of('AWS::SecretsManager::Secret')) {
      expect(Object.keys(Properties).toSorted()).toEqual(['Description', 'KmsKeyId', 'Name']);
    }
  });

  it('wakes the functions that it deploys', () => {
    const wake = functions.find(({ Properties }) =>
      String(Properties['FunctionName']).endsWith('-wake'),
    );
    const map: unknown = JSON.parse(
      String(get(wake?.Properties, 'Environment', 'Variables', 'FUNCTIONS')),
    );
    expect(map).toEqual(
      Object.fromEntries(
        ROSTER.map(({ id }) => [id, `economia-viva-${stage.name}-heartbeat-${id}`]),
      ),
    );
  });

  it('lets no role do everything, and nothing to everything but what AWS cannot narrow', () => {
    const wide = statements(house).filter(
      ({ actions, resources }) =>
        actions.some((action) => action.includes('*') || /Scan|PartiQL/.test(action)) ||
        resources.includes('*'),
    );
    // an image registry's login names no resource
    expect(wide.map(({ actions }) => actions)).toEqual([['ecr:GetAuthorizationToken']]);
  });
});
