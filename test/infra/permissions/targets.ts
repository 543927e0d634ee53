import { AgentId } from '#contract/ids.ts';
import { agentPk, bucketKey, economyKey, marketKey, SALES } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import type { Estate } from '../estate.ts';
import type { Context } from '../iam/conditions.ts';
import { Policy } from '../iam/policy.ts';
import { ofType, shortName } from './roles.ts';

/** Something that somebody could reach for. */
export interface Target {
  readonly name: string;
  readonly arn: string;
  readonly context: Context;
  /** Of a key: who is not in it is out. @default - none that says more than the roles' */
  readonly policy?: Policy;
}

/** On no roster: a grant to a family of names would show here. */
const STRANGER = AgentId.parse('kk-stranger');
const FOLDERS = [
  ...['logs', 'corpus', 'quarantine', 'reports'],
  ...['products', 'states', 'purchases', 'deliveries'],
];
const IDS = [...ROSTER.map(({ id }) => id), STRANGER];

/** Item actions name their partitions; what names none must be refused. */
export function targetsOf(estates: readonly Estate[]): Readonly<Record<string, readonly Target[]>> {
  const of = (type: string) => ofType(estates, type);
  const plain = (kind: string, type: string, nameOf: (estate: Estate) => string) =>
    of(type).map(
      (estate): Target => ({
        name: `${kind} ${nameOf(estate)}`,
        arn: estate.arn,
        context: TLS,
      }),
    );
  const tables = of('AWS::DynamoDB::Table');
  const [bucket] = of('AWS::S3::Bucket');
  const secrets = of('AWS::SecretsManager::Secret').map(({ arn, properties }) => ({
    name: String(properties['Name']).split('/').slice(2).join('/'),
    arn,
  }));
  const functions = plain('function', 'AWS::Lambda::Function', ({ ref }) => shortName(ref));
  return {
    dynamodb: tables.flatMap(({ arn, logicalId }) =>
      partitionsOf(logicalId).flatMap(([name, keys]) => [
        itemsIn(`${tableName(logicalId)} ${name}`, arn, keys),
        ...(logicalId.startsWith('Market')
          ? [itemsIn(`${tableName(logicalId)}/open ${name}`, `${arn}/index/open`, keys)]
          : []),
      ]),
    ),
    s3: [...objectsIn(bucket?.arn ?? ''), ...listsOf(bucket?.arn ?? '')],
    sqs: plain('queue', 'AWS::SQS::Queue', ({ logicalId }) => queueName(logicalId)),
    secretsmanager: secrets.map(({ name, arn }) => ({ name: `secret ${name}`, arn, context: TLS })),
    kms: of('AWS::KMS::Key').flatMap((key) => keysOf(key, secrets)),
    lambda: functions,
    logs: plain('log', 'AWS::Logs::LogGroup', ({ ref }) =>
      shortName(ref.replace(/^\/.*\//, '')),
    ).map((target) => ({ ...target, arn: target.arn.replace(/\*$/, 'log-stream:one') })),
    sns: plain('topic', 'AWS::SNS::Topic', ({ logicalId }) => logicalId.slice(0, -8)),
    'iam sts': plain('role', 'AWS::IAM::Role', ({ logicalId }) => logicalId),
    ecr: [
      { name: 'images', arn: IMAGES, context: TLS },
      { name: 'any registry', arn: '*', context: TLS },
    ],
    scheduler: plain('schedule', 'AWS::Scheduler::Schedule', ({ logicalId }) => logicalId),
  };
}

const TLS: Context = { 'aws:SecureTransport': 'true' };
const IMAGES =
  'arn:aws:ecr:us-east-1:000000000000:repository/cdk-hnb659fds-container-assets-000000000000-us-east-1';

/** Asked by Secrets Manager for each secret, by another service, and by nobody but the caller. */
function keysOf(key: Estate, secrets: readonly { readonly name: string; readonly arn: string }[]) {
  const policy = Policy.parse(key.properties['KeyPolicy']);
  const via = (service: string, arn: string) => ({
    ...TLS,
    'kms:ViaService': `${service}.us-east-1.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': arn,
  });
  const target = (name: string, context: Context): Target => ({
    name,
    arn: key.arn,
    context,
    policy,
  });
  return [
    ...secrets.map(({ name, arn }) => target(`key of ${name}`, via('secretsmanager', arn))),
    ...secrets.map(({ name, arn }) => target(`key by s3 of ${name}`, via('s3', arn))),
    target('key alone', TLS),
  ];
}

function tableName(logicalId: string): string {
  return logicalId.slice(0, -8).toLowerCase();
}

function queueName(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

function itemsIn(name: string, arn: string, keys: readonly string[]): Target {
  return { name, arn, context: { ...TLS, 'dynamodb:LeadingKeys': keys } };
}

const ROOMS = [
  'collect-logs',
  'storefront',
  'wake',
  'reconcile',
  'market',
  'facilitator',
  'irc-commands',
  'irc-relay',
];

function partitionsOf(logicalId: string): readonly (readonly [string, readonly string[]])[] {
  const keys = logicalId.startsWith('Economy')
    ? [
        ...IDS.map(agentPk),
        ...IDS.map((id) => economyKey.corpusVersion(id).pk),
        ...IDS.map((id) => economyKey.pulse(id).pk),
        ...IDS.map((id) => economyKey.corpusOptOuts(id).pk),
        economyKey.rosterEntry(STRANGER).pk,
        economyKey.halt().pk,
        bucketKey('em').pk,
        economyKey.nick(STRANGER).pk,
        SALES,
        ...ROOMS.map((room) => economyKey.seen(room, 'x').pk),
      ]
    : [
        marketKey.task('t').pk,
        marketKey.submission('s').pk,
        marketKey.executor('e').pk,
        marketKey.facilitatorLease().pk,
        ...ROOMS.map((room) => marketKey.nonce(room, 'n').pk),
      ];
  return [...new Set(keys)]
    .map((key): [string, string[]] => [key, [key]])
    .concat([['(no key)', []]]);
}

function objectsIn(bucket: string): Target[] {
  const paths = IDS.flatMap((id) => FOLDERS.map((folder) => `${id}/${folder}/`));
  return [...paths, 'kk-karma-hello/logs/irc/', 'elsewhere/'].map((path) => ({
    name: `objects ${path}`,
    arn: `${bucket}/${path}one.json`,
    context: TLS,
  }));
}

function listsOf(bucket: string): Target[] {
  const prefixes = IDS.flatMap((id) => [`${id}/`, ...FOLDERS.map((folder) => `${id}/${folder}/`)]);
  return [
    { name: 'bucket (no prefix)', arn: bucket, context: TLS },
    ...['', ...prefixes].map((prefix) => ({
      name: `bucket ${prefix === '' ? '(all)' : prefix}`,
      arn: bucket,
      context: { ...TLS, 's3:prefix': prefix },
    })),
  ];
}
