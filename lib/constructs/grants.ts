import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

export const READ_ITEMS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'] as const;
/** A transaction is allowed by the actions that it is made of; ConditionCheckItem has no call of its own. */
const WRITE_ITEMS = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:ConditionCheckItem',
] as const;
const ITEMS = [...READ_ITEMS, ...WRITE_ITEMS];

export interface PartitionGrant {
  readonly table: ITable;
  /** Exact partition keys; with a `*`, of families of partitions. */
  readonly partitions: readonly string[];
  /** @default - everything that one can do to an item */
  readonly actions?: readonly string[];
}

/**
 * Allows actions on items whose partition key is one of these and on no other item. Not Scan, not PartiQL. The Null condition is what
 * makes ForAllValues safe: without it, a request that names no key would match.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function grantPartitions(grantee: IGrantable, props: PartitionGrant): void {
  const { table, partitions, actions = ITEMS } = props;
  const isExact = partitions.every((partition) => !partition.includes('*'));
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [table.tableArn],
      conditions: {
        [`ForAllValues:${isExact ? 'StringEquals' : 'StringLike'}`]: {
          'dynamodb:LeadingKeys': [...partitions],
        },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
  );
}

/** Allows the item actions on a whole table, and queries on these indexes of it. */
export function grantItems(grantee: IGrantable, table: ITable, indexes: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ITEMS, resources: [table.tableArn] }),
  );
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: indexes.map((name) => `${table.tableArn}/index/${name}`),
    }),
  );
}

export interface PrefixGrant {
  readonly bucket: IBucket;
  /** Key prefixes that end in a slash. */
  readonly prefixes: readonly string[];
  readonly may: 'read' | 'write' | 'read and write';
}

const OBJECT_ACTIONS = {
  read: ['s3:GetObject'],
  write: ['s3:PutObject', 's3:AbortMultipartUpload'],
  'read and write': ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
} as const;

/**
 * Allows reading or writing objects under these prefixes. Whoever may read may list, because S3 says 404 for an absent object only to
 * a lister and 403 to others. The condition is `IfExists`: a read of an absent object names no prefix, and would be refused otherwise.
 * So a list that names no prefix is allowed too: it shows names, never bodies.
 */
export function grantPrefixes(grantee: IGrantable, props: PrefixGrant): void {
  const { bucket, prefixes, may } = props;
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...OBJECT_ACTIONS[may]],
      resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    }),
  );
  if (may === 'write') return;
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLikeIfExists: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
    }),
  );
}

/** Allows deleting objects under these prefixes. */
export function grantRemoval(
  grantee: IGrantable,
  bucket: IBucket,
  prefixes: readonly string[],
): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:DeleteObject'],
      resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    }),
  );
}

/** One secret by its whole ARN, and the key that it is encrypted with. */
export interface SecretGrant {
  readonly secretArn: string;
  readonly key: IKey;
}

/** Allows reading one secret: the key decrypts that one alone, and only where Secrets Manager asks for it. */
export function grantSecret(grantee: IGrantable, { secretArn, key }: SecretGrant): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
  );
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': `secretsmanager.${key.stack.region}.amazonaws.com`,
          'kms:EncryptionContext:SecretARN': secretArn,
        },
      },
    }),
  );
}

/** Allows invoking what is deployed of these functions; not their older versions. */
export function grantInvoke(grantee: IGrantable, functions: readonly IFunction[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: functions.map(({ functionArn }) => functionArn),
    }),
  );
}
