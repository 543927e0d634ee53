import { describe, expect, it } from 'vitest';
import { type Call, evaluate } from './evaluate.ts';
import { Policy } from './policy.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/agent`;

type Given = Record<string, unknown>;

const policy = (...Statement: Given[]) => Policy.parse({ Version: '2012-10-17', Statement });
const allow = (more: Given) => ({ Effect: 'Allow', ...more });
const deny = (more: Given) => ({ Effect: 'Deny', ...more });

const call = (action: string, resource: string): Call => ({ who: ROLE, action, resource });

// Examples of AWS's own pages, each named where it stands
describe('actions and resources', () => {
  const verdict = (statement: Given, action: string, resource: string) =>
    evaluate(call(action, resource), { identity: [policy(allow(statement))] });

  it.each([
    ['s3:GetObject', 's3:GetObject', 'allowed'],
    ['s3:getobject', 's3:GetObject', 'allowed'],
    ['iam:*AccessKey*', 'iam:ListAccessKeys', 'allowed'],
    ['iam:*AccessKey*', 'iam:ListUsers', 'not allowed'],
    ['s3:Get*', 's3:PutObject', 'not allowed'],
    ['s3:GetObjec?', 's3:GetObject', 'allowed'],
    ['*', 'kms:Decrypt', 'allowed'],
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
  ])('action %s on %s: %s', (Action, action, decision) => {
    expect(verdict({ Action, Resource: '*' }, action, 'arn:aws:s3:::b/k')).toBe(decision);
  });

  it.each([
    [
      'arn:aws:sqs:us-east-1:123456789012:queue1',
      'arn:aws:sqs:us-east-1:123456789012:queue1',
      true,
    ],
    ['arn:aws:iam::123456789012:user/David*', 'arn:aws:iam::123456789012:user/Davidson', true],
    ['arn:aws:s3:::amzn-s3-demo-bucket/*', 'arn:aws:s3:::amzn-s3-demo-bucket/1/2.json', true],
    ['arn:aws:s3:::amzn-s3-demo-bucket/*', 'arn:aws:s3:::amzn-s3-demo-bucket', false],
    [
      'arn:aws:s3:::amzn-s3-demo-bucket/*/test/*',
      'arn:aws:s3:::amzn-s3-demo-bucket/1/test/o.jpg',
      true,
    ],
    [
      'arn:aws:s3:::amzn-s3-demo-bucket/*/test/*',
      'arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/o.jpg',
      true,
    ],
    [
      'arn:aws:s3:::amzn-s3-demo-bucket/*/test/*',
      'arn:aws:s3:::amzn-s3-demo-bucket/1-test/object.jpg',
      false,
    ],
    ['arn:aws:s3:::Bucket/k', 'arn:aws:s3:::bucket/k', false],
    // a wildcard stays within its part of the ARN
    ['arn:aws:sqs:*:queue1', 'arn:aws:sqs:us-east-1:123456789012:queue1', false],
    [
      'arn:aws:logs:us-east-1:123456789012:log-group:a:*',
      'arn:aws:logs:us-east-1:123456789012:log-group:a:log-stream:s',
      true,
    ],
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
  ])('resource %s covers %s: %s', (Resource, resource, covers) => {
    expect(verdict({ Action: '*', Resource }, 'x:Y', resource) === 'allowed').toBe(covers);
  });

  it('allows by NotAction everything that is not named', () => {
    // "Allow with NotAction": everything of S3 but deleting buckets
    const statement = { NotAction: 's3:DeleteBucket', Resource: 'arn:aws:s3:::*' };
    expect(verdict(statement, 's3:DeleteBucket', 'arn:aws:s3:::b')).toBe('not allowed');
    expect(verdict(statement, 's3:ListBucket', 'arn:aws:s3:::b')).toBe('allowed');
    expect(verdict({ NotAction: 'iam:*', Resource: '*' }, 'sqs:SendMessage', '*')).toBe('allowed');
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
  });

  it('denies by NotResource everything that is not named', () => {
    const policies = {
      identity: [
        policy(
          allow({ Action: 's3:*', Resource: '*' }),
          deny({
            Action: 's3:*',
            NotResource: ['arn:aws:s3:::HRBucket/Payroll', 'arn:aws:s3:::HRBucket/Payroll/*'],
          }),
        ),
      ],
    };
    const on = (resource: string) => evaluate(call('s3:GetObject', resource), policies);
    expect(on('arn:aws:s3:::HRBucket/Payroll/may.csv')).toBe('allowed');
    expect(on('arn:aws:s3:::HRBucket/Reviews/may.csv')).toBe('denied');
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
  });
});

describe('who wins', () => {
  const key = call('s3:GetObject', 'arn:aws:s3:::b/k');
  const everything = policy(allow({ Action: '*', Resource: '*' }));

  it('is nobody by default', () => {
    expect(evaluate(key, {})).toBe('not allowed');
    expect(evaluate(key, { identity: [policy(allow({ Action: 's3:Put*', Resource: '*' }))] })).toBe(
      'not allowed',
    );
  });

  it('is an explicit Deny, wherever it stands', () => {
    const no = deny({ Action: 's3:Get*', Resource: '*' });
    expect(evaluate(key, { identity: [everything, policy(no)] })).toBe('denied');
    expect(
      evaluate(key, { identity: [everything], resource: policy({ ...no, Principal: '*' }) }),
    ).toBe('denied');
    expect(evaluate(key, { identity: [everything], boundary: policy(no) })).toBe('denied');
  });

  it('is the smaller of role and boundary', () => {
    const boundary = policy(allow({ Action: ['s3:*', 'cloudwatch:*'], Resource: '*' }));
    const identity = [policy(allow({ Action: ['iam:CreateUser', 's3:GetObject'], Resource: '*' }))];
    expect(evaluate(key, { identity, boundary })).toBe('allowed');
    expect(evaluate(call('iam:CreateUser', '*'), { identity, boundary })).toBe('not allowed');
    expect(evaluate(call('cloudwatch:GetMetricData', '*'), { identity, boundary })).toBe(
      'not allowed',
    );
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
  });

  it("may be the resource's own policy, for whom it names", () => {
    const named = policy(
      allow({ Principal: { AWS: ROLE }, Action: 's3:GetObject', Resource: '*' }),
    );
    expect(evaluate(key, { resource: named })).toBe('allowed');
    expect(evaluate({ ...key, who: `${ROLE}-2` }, { resource: named })).toBe('not allowed');
    const service = policy(
      allow({
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
      }),
    );
    const send = {
      who: 'service:s3.amazonaws.com',
      action: 'sqs:SendMessage',
      resource: 'arn:aws:sqs:r:1:q',
    };
    expect(evaluate(send, { resource: service })).toBe('allowed');
    expect(evaluate({ ...send, who: 'service:sns.amazonaws.com' }, { resource: service })).toBe(
      'not allowed',
    );
  });

  it('is, for a key, its own policy: the account named there leaves it to the roles', () => {
    const decrypt = call('kms:Decrypt', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1`);
    const identity = [policy(allow({ Action: 'kms:Decrypt', Resource: '*' }))];
    const root = {
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: 'kms:*',
      Resource: '*',
    };
    const closed = { resourceDecides: true } as const;
    expect(evaluate(decrypt, { ...closed, identity })).toBe('not allowed');
    expect(evaluate(decrypt, { ...closed, identity, resource: policy(allow(root)) })).toBe(
      'allowed',
    );
    expect(evaluate(decrypt, { ...closed, resource: policy(allow(root)) })).toBe('not allowed');
    const named = policy(allow({ ...root, Principal: { AWS: ROLE } }));
    expect(evaluate(decrypt, { ...closed, resource: named })).toBe('allowed');
    // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  });
});

describe('what it does not know', () => {
  it('is refused: an element, a statement without an action', () => {
    expect(() => policy(allow({ NotPrincipal: '*', Action: '*', Resource: '*' }))).toThrow(
      'NotPrincipal is not evaluated here',
    );
    expect(() => policy(allow({ Resource: '*' }))).toThrow('one of Action and NotAction');
    expect(() => policy(allow({ Action: '*', Resource: '*', Conditions: {} }))).toThrow();
  });
});
