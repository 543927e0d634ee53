import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IManagedPolicy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { objectKey, walletSecretName } from '#contract/keys.ts';
import { MARKET_TABLE } from '#contract/market-table.ts';
import { DELIVERY_DAYS } from '#contract/products.ts';
import { ROSTER, walletOwners } from '#contract/roster.ts';
import { Boundary } from '../constructs/boundary.ts';
import type { SecretGrant } from '../constructs/grants.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import type { StageValues } from '../stages.ts';

interface TableShape {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly ttl: string;
  readonly indexes: readonly { name: string; partitionKey: string; sortKey: string }[];
}

/** Keys of `economyKey`, in the contract; `ttl` in unix seconds. */
const ECONOMY_TABLE: TableShape = { partitionKey: 'pk', sortKey: 'sk', ttl: 'ttl', indexes: [] };

/**
 * What outlives every deployment, tables, objects and wallets, and what several stacks hang on: the alarms' topic and the two
 * queues that would otherwise tie stacks into a ring.
 */
export class StateStack extends Stack {
  readonly economy: Table;
  readonly market: Table;
  readonly data: Bucket;
  readonly alarms: Topic;
  /** S3 tells of each uploaded log here. */
  readonly uploads: WorkQueue;
  /** Beat this agent soon. */
  readonly wake: WorkQueue;
  /** Encrypts secrets and nothing else: tables, objects and messages are encrypted by keys of AWS's own, which ask no fee for each use. */
  readonly key: Key;
  /** What nobody of this stage may exceed. */
  readonly boundary: IManagedPolicy;
  readonly #wallets = new Map<string, CfnSecret>();

  constructor(scope: Construct, id: string, stage: StageValues) {
    super(scope, id, {
      env: { region: stage.region },
      terminationProtection: stage.removal === RemovalPolicy.RETAIN,
    });
    this.boundary = new Boundary(this, 'Boundary', { stage }).policy;
    this.key = new Key(this, 'Key', {
      description: `Encrypts the secrets of ${stage.name}`,
      enableKeyRotation: true,
      removalPolicy: stage.removal,
    });
    this.alarms = this.#topic();
    for (const operator of stage.operators) {
      this.alarms.addSubscription(new EmailSubscription(operator));
    }
    this.economy = this.#table('Economy', ECONOMY_TABLE, stage.removal);
    this.market = this.#table('Market', MARKET_TABLE, stage.removal);
    this.uploads = new WorkQueue(this, 'Uploads', {
      hidden: hidden(stage, 'collect-logs'),
      loses: 'Uploaded logs that never reach the corpus: what is sold is out of date.',
      alarms: this.alarms,
    });
    this.wake = new WorkQueue(this, 'Wake', {
      hidden: hidden(stage, 'wake'),
      loses: 'Wake-ups: agents answer only at their next beat.',
      alarms: this.alarms,
    });
    this.data = this.#bucket(stage);
    // the treasury's secret is made by `viva wallets create`: nothing deployed may read it
    const owners = walletOwners({ hasOwnMarket: stage.market.kind === 'own' });
    for (const { name } of owners) if (name !== 'treasury') this.#addWallet(name, stage);

    new CfnOutput(this, 'EconomyTable', { value: this.economy.tableName });
    new CfnOutput(this, 'MarketTable', { value: this.market.tableName });
    new CfnOutput(this, 'DataBucket', { value: this.data.bucketName });
    new CfnOutput(this, 'WakeQueueUrl', { value: this.wake.queue.queueUrl });
  }

  /** One owner's wallet, to be granted. */
  wallet(owner: string): SecretGrant {
    const wallet = this.#wallets.get(owner);
    if (wallet === undefined) throw new Error(`No wallet for "${owner}" in this stage.`);
    return { secretArn: wallet.ref, key: this.key };
  }

  /** With a policy of its own a topic loses the one that lets this account's alarms, and its budgets, speak. */
  #topic(): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    for (const service of ['cloudwatch', 'budgets'])
      topic.grantPublish(
        new ServicePrincipal(`${service}.amazonaws.com`, {
          conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
        }),
      );
    return topic;
  }

  #table(id: string, shape: TableShape, removal: RemovalPolicy): Table {
    const table = new Table(this, id, {
      partitionKey: { name: shape.partitionKey, type: AttributeType.STRING },
      sortKey: { name: shape.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: shape.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removal === RemovalPolicy.RETAIN,
      removalPolicy: removal,
    });
    for (const { name, partitionKey, sortKey } of shape.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: sortKey, type: AttributeType.STRING },
      });
    }
    return table;
  }

  #bucket({ removal }: StageValues): Bucket {
    const bucket = new Bucket(this, 'Data', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: removal,
      // a raw log that was overwritten or deleted by mistake can be had back for a month
      versioned: true,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
        ...ROSTER.filter(({ sells }) => sells.length > 0).map(({ id }) => ({
          prefix: `${id}/deliveries/`,
          expiration: Duration.days(DELIVERY_DAYS),
        })),
      ],
    });
    this.#notify(bucket, this.uploads.queue);
    return bucket;
  }

  /** By the bucket's own property: the construct library's way is a custom resource, which only AWS could run. */
  #notify(bucket: Bucket, queue: Queue): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        // the bucket's ARN would tie bucket and policy into a ring; the account is narrow enough
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const resource = bucket.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new Error('A bucket is not a CfnBucket.');
    resource.notificationConfiguration = {
      queueConfigurations: collectors().map((agent) => ({
        event: 's3:ObjectCreated:*',
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: objectKey.log(agent.id, '') }] } },
      })),
    };
    // S3 tries the queue when it is told of it
    resource.node.addDependency(queue);
  }

  /** Empty: `viva` writes the key, so that it is in no template. */
  #addWallet(owner: string, { name, removal }: StageValues): void {
    const wallet = new CfnSecret(this, `Wallet-${owner}`, {
      name: walletSecretName(name, owner),
      description: `Wallet of ${owner} (${name})`,
      kmsKeyId: this.key.keyArn,
    });
    wallet.applyRemovalPolicy(removal);
    this.#wallets.set(owner, wallet);
  }
}

/** Agents whose uploaded logs are collected. */
export function collectors(): typeof ROSTER {
  return ROSTER.filter(({ role }) => role === 'collector');
}

function hidden(stage: StageValues, reader: 'collect-logs' | 'wake'): Duration {
  return Duration.seconds(stage.timeouts[reader].toSeconds() * stage.hiddenTimeouts);
}
