/**
 * List prices of us-east-1 in USD, as gathered on 2026-09-23 (../shared/facts/performance.md section 5). What AWS gives away every
 * month without an end is in it, the first year's gifts are not. Not in it: chain gas, tax, support.
 */
export const PRICES_OF = { region: 'us-east-1', asOf: '2026-09-23' } as const;

export interface Price {
  /** USD for one unit. */
  readonly each: number;
  /** Units a month that cost nothing. */
  readonly free: number;
  readonly unit: string;
  readonly source: string;
}

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamo = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const watch = 'https://aws.amazon.com/cloudwatch/pricing/';
const fargate = 'https://aws.amazon.com/fargate/pricing/';
const s3 = 'https://aws.amazon.com/s3/pricing/';

/** By line of the bill. */
export const PRICES = {
  lambdaTime: { each: 1.33334e-5, free: 400_000, unit: 'GB-s', source: lambda },
  lambdaRequests: { each: 2e-7, free: 1_000_000, unit: 'invocations', source: lambda },
  scheduler: {
    each: 1e-6,
    free: 14_000_000,
    unit: 'invocations',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
  dynamoWrites: { each: 6.25e-7, free: 0, unit: 'write units', source: dynamo },
  dynamoReads: { each: 1.25e-7, free: 0, unit: 'read units', source: dynamo },
  dynamoStorage: { each: 0.25, free: 25, unit: 'GB', source: dynamo },
  dynamoBackup: { each: 0.2, free: 0, unit: 'GB', source: dynamo },
  queues: {
    each: 4e-7,
    free: 1_000_000,
    unit: 'requests',
    source: 'https://aws.amazon.com/sqs/pricing/',
  },
  secrets: {
    each: 0.4,
    free: 0,
    unit: 'secrets',
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  keys: { each: 1, free: 0, unit: 'keys', source: 'https://aws.amazon.com/kms/pricing/' },
  keyRequests: {
    each: 3e-6,
    free: 20_000,
    unit: 'requests',
    source: 'https://aws.amazon.com/kms/pricing/',
  },
  logs: { each: 0.5, free: 5, unit: 'GB', source: watch },
  metrics: { each: 0.3, free: 10, unit: 'custom metrics', source: watch },
  alarms: { each: 0.1, free: 10, unit: 'alarm metrics', source: watch },
  dashboards: { each: 3, free: 3, unit: 'dashboards', source: watch },
  relayCpu: { each: 0.03238, free: 0, unit: 'vCPU-hours', source: fargate },
  relayMemory: { each: 0.00356, free: 0, unit: 'GB-hours', source: fargate },
  relayAddress: {
    each: 0.005,
    free: 0,
    unit: 'hours',
    source: 'https://aws.amazon.com/vpc/pricing/',
  },
  image: { each: 0.1, free: 0, unit: 'GB', source: 'https://aws.amazon.com/ecr/pricing/' },
  doors: {
    each: 1e-6,
    free: 0,
    unit: 'requests',
    source: 'https://aws.amazon.com/api-gateway/pricing/',
  },
  s3Writes: { each: 5e-6, free: 0, unit: 'requests', source: s3 },
  s3Reads: { each: 4e-7, free: 0, unit: 'requests', source: s3 },
  s3Storage: { each: 0.023, free: 0, unit: 'GB', source: s3 },
  natGateways: {
    each: 0.045,
    free: 0,
    unit: 'hours',
    source: 'https://aws.amazon.com/vpc/pricing/',
  },
  loadBalancers: {
    each: 0.0225,
    free: 0,
    unit: 'hours',
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  },
} as const satisfies Readonly<Record<string, Price>>;

export type Item = keyof typeof PRICES;

/** What Fargate Spot leaves of the price: the discount moves, and 70 % is what several public tables saw. */
export const SPOT_SHARE = 0.3;

export const HOURS = 730;
export const MINUTES = HOURS * 60;
