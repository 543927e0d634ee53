import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { CREDENTIALS, REGION } from '../aws.ts';
import type { Notifications } from '../notifications.ts';
import type { Secrets } from '../secrets.ts';
import type { Sqs } from '../sqs.ts';
import { type LocalResource, parseProperties } from './resource.ts';

const KeySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
const Projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const Indexes = z.array(z.object({ IndexName: z.string(), KeySchema, Projection })).optional();
const Table = z.object({
  KeySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: Indexes,
  LocalSecondaryIndexes: Indexes,
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string(), Enabled: z.coerce.boolean() })
    .optional(),
});

/** AWS::DynamoDB::Table and GlobalTable, always on demand; a table that is there already stays as it is. */
export async function createTables(
  resources: readonly LocalResource[],
  endpoint: string,
): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  try {
    await Promise.all(resources.map((resource) => createTable(client, resource)));
  } finally {
    client.destroy();
  }
}

async function createTable(
  client: DynamoDBClient,
  { identity, properties }: LocalResource,
): Promise<void> {
  const { TimeToLiveSpecification, ...table } = Table.parse(properties);
  const TableName = identity.ref;
  try {
    await client.send(
      new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...table }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName });
  if (TimeToLiveSpecification) {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
}

const Texts = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const QUEUE_ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

/** AWS::SQS::Queue: the attributes that change what a client sees. */
export async function createQueues(resources: readonly LocalResource[], sqs: Sqs): Promise<void> {
  for (const { identity, properties } of resources) {
    const attributes: Record<string, string> = {};
    for (const name of QUEUE_ATTRIBUTES) {
      if (properties[name] !== undefined) attributes[name] = Texts.parse(properties[name]);
    }
    // SQS has no FifoQueue=false
    if (attributes['FifoQueue'] === 'false') delete attributes['FifoQueue'];
    const redrive = properties['RedrivePolicy'];
    if (redrive !== undefined) attributes['RedrivePolicy'] = JSON.stringify(redrive);
    await sqs.createQueue(identity.attributes['QueueName'] ?? '', attributes);
  }
}

const Secret = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
      PasswordLength: z.coerce.number().optional(),
    })
    .optional(),
});

/** AWS::SecretsManager::Secret: given, generated or empty; an existing value stays. */
export function createSecrets(resources: readonly LocalResource[], secrets: Secrets): void {
  for (const { identity, properties } of resources) {
    const { SecretString, GenerateSecretString } = Secret.parse(properties);
    secrets.ensure(
      identity.attributes['Name'] ?? '',
      SecretString ?? generate(GenerateSecretString),
    );
  }
}

function generate(how: z.infer<typeof Secret>['GenerateSecretString']): string | undefined {
  if (!how) return undefined;
  const { SecretStringTemplate = '{}', GenerateStringKey, PasswordLength = 32 } = how;
  const password = randomBytes(PasswordLength).toString('hex').slice(0, PasswordLength);
  if (GenerateStringKey === undefined) return password;
  const template = z.record(z.string(), z.unknown()).parse(JSON.parse(SecretStringTemplate));
  return JSON.stringify({ ...template, [GenerateStringKey]: password });
}

const Bucket = z.object({
  NotificationConfiguration: z
    .strictObject({
      QueueConfigurations: z
        .array(
          z.object({
            Event: z.string(),
            Queue: z.string(),
            Filter: z
              .object({
                S3Key: z.object({
                  Rules: z.array(z.object({ Name: z.string(), Value: z.string() })),
                }),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** AWS::S3::Bucket and its notifications to queues. */
export async function createBuckets(
  resources: readonly LocalResource[],
  createBucket: (name: string) => Promise<void> | void,
  notifications: Notifications,
): Promise<void> {
  for (const resource of resources) {
    const { identity, logicalId } = resource;
    const bucket = parseProperties(Bucket, resource);
    await createBucket(identity.ref);
    for (const { Event, Queue, Filter } of bucket.NotificationConfiguration?.QueueConfigurations ??
      []) {
      const rules = Filter?.S3Key.Rules ?? [];
      const rule = (name: string): string =>
        rules.find(({ Name }) => Name.toLowerCase() === name)?.Value ?? '';
      notifications.add({
        id: logicalId,
        bucket: identity.ref,
        event: Event,
        queueArn: Queue,
        prefix: rule('prefix'),
        suffix: rule('suffix'),
      });
    }
  }
}
