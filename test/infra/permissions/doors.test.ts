import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ROSTER } from '#contract/roster.ts';
import { prod, sandbox } from '../../../lib/stages.ts';
import { ACCOUNT, type Estate, estatesOf } from '../estate.ts';
import { evaluate } from '../iam/evaluate.ts';
import { Policy } from '../iam/policy.ts';
import { houseOf } from '../support.ts';
import { ofType, shortName } from './roles.ts';

/** A policy that hangs on things, and on which. */
const KINDS = {
  'AWS::SQS::QueuePolicy': { of: 'AWS::SQS::Queue', by: 'Queues', action: 'sqs:SendMessage' },
  'AWS::S3::BucketPolicy': { of: 'AWS::S3::Bucket', by: 'Bucket', action: 's3:ListBucket' },
  'AWS::SNS::TopicPolicy': { of: 'AWS::SNS::Topic', by: 'Topics', action: 'sns:Publish' },
} as const;

const Lifecycle = z.object({
  Rules: z.array(z.object({ Prefix: z.string().optional(), ExpirationInDays: z.int().optional() })),
});

const everything = Policy.parse({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });

describe.each([sandbox, prod])('in stage $name', (stage) => {
  const estates = estatesOf(houseOf(stage).folder);
  const policyOf = (type: keyof typeof KINDS, { ref }: Estate): Policy | undefined => {
    const found = ofType(estates, type).find(({ properties }) =>
      [properties[KINDS[type].by]].flat().includes(ref),
    );
    return found && Policy.parse(found.properties['PolicyDocument']);
  };
  const things = Object.entries(KINDS).flatMap(([type, { of, action }]) =>
    ofType(estates, of).map((thing) => ({
      thing,
      action,
      policy: policyOf(type as keyof typeof KINDS, thing),
    })),
  );

  it('nobody reaches a queue, the bucket or the topic without TLS, whatever else they may', () => {
    expect(things.length).toBeGreaterThanOrEqual(9);
    for (const { thing, action, policy } of things) {
      const over = (isSafe: boolean, resource: string) =>
        evaluate(
          {
            who: `arn:aws:iam::${ACCOUNT}:role/administrator`,
            action,
            resource,
            context: { 'aws:SecureTransport': String(isSafe) },
          },
          { identity: [everything], ...(policy && { resource: policy }) },
        );
      expect(over(true, thing.arn)).toBe('allowed');
      expect(over(false, thing.arn)).toBe('denied');
      if (thing.type === 'AWS::S3::Bucket') expect(over(false, `${thing.arn}/a/b`)).toBe('denied');
    }
  });

  const byServices = (account: string) =>
    ['cloudwatch', 's3', 'sns', 'events', 'scheduler', 'budgets', 'lambda'].flatMap((service) =>
      things
        .filter(
          ({ thing, action, policy }) =>
            evaluate(
              {
                who: `service:${service}.amazonaws.com`,
                action,
                resource: thing.arn,
                context: { 'aws:SecureTransport': 'true', 'aws:SourceAccount': account },
              },
              policy ? { resource: policy } : {},
            ) === 'allowed',
        )
        .map(({ thing, action }) => `${service} ${action} ${thing.logicalId.slice(0, -8)}`),
    );

  it('alarms reach the topic, uploads the queue, and no other service anything', () => {
    expect(byServices(ACCOUNT)).toEqual([
      'cloudwatch sns:Publish Alarms',
      's3 sqs:SendMessage UploadsQueue',
      'budgets sns:Publish Alarms',
    ]);
    expect(byServices('111111111111')).toEqual([]);
  });

  it('each door opens one function, and only to its own address; the alarms one', () => {
    const Permission = z.strictObject({
      Action: z.literal('lambda:InvokeFunction'),
      Principal: z.enum(['apigateway.amazonaws.com', 'sns.amazonaws.com']),
      FunctionName: z.string(),
      SourceArn: z.string(),
    });
    const opened = ofType(estates, 'AWS::Lambda::Permission').map(({ properties }) => {
      const { FunctionName, SourceArn, Principal } = Permission.parse(properties);
      const room = ofType(estates, 'AWS::Lambda::Function').find(({ arn }) => arn === FunctionName);
      return { by: Principal.split('.')[0], SourceArn, room: shortName(room?.ref ?? '') };
    });
    const doors = opened
      .filter(({ by }) => by === 'apigateway')
      .map(({ SourceArn, room }) => {
        const api = ofType(estates, 'AWS::ApiGatewayV2::Api').find(({ ref }) =>
          SourceArn.endsWith(`:${ref}/*/*`),
        );
        return shortName(String(api?.properties['Name'])) === room ? room : 'wrong';
      });
    const own = stage.market.kind === 'own' ? ['facilitator', 'market'] : [];
    expect(doors.toSorted()).toEqual([...own, 'storefront'].toSorted());
    const [alarms, ...others] = ofType(estates, 'AWS::SNS::Topic');
    expect(others).toEqual([]);
    expect(opened.filter(({ by }) => by !== 'apigateway')).toEqual([
      { by: 'sns', SourceArn: alarms?.arn, room: 'alarm-lines' },
    ]);
  });

  it('the bucket forgets what was handed over, and nothing else, a month later', () => {
    const [bucket] = ofType(estates, 'AWS::S3::Bucket');
    const { Rules } = Lifecycle.parse(bucket?.properties['LifecycleConfiguration']);
    const dying = Rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(dying).toEqual(
      ROSTER.filter(({ sells }) => sells.length > 0).map(({ id }) => {
        return { Prefix: `${id}/deliveries/`, ExpirationInDays: 30 };
      }),
    );
  });
});
