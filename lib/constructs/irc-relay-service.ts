import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriver,
  CfnCluster,
  Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvOf, IrcRelayEnv } from '#contract/env.ts';
import { ircCredentialsName } from '#contract/irc-server.ts';
import { agentPk, economyKey, objectKey } from '#contract/keys.ts';
import { METRICS, NAMESPACE } from '#contract/metrics.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';
import { grantPartitions, grantPrefixes, grantSecret, type SecretGrant } from './grants.ts';
import { pinned } from './image-context.ts';
import { bundleOf } from './room-function.ts';
import { stageParameter } from './stage-parameter.ts';
import type { WorkQueue } from './work-queue.ts';

const ROOM = 'irc-relay';
/** The one place that the relay may write to, and where its image has a folder that anybody may. */
const WRITABLE = '/tmp';
const RELAY_DIR = `${WRITABLE}/relay`;
const VOLUME = 'relay';
const NICKS = economyKey.nick(COLLECTOR).pk;
const SEEN = economyKey.seen(ROOM, '').pk;
/**
 * Alive is who has said so within a minute; the relay first says so once it has joined, or waits for another to let go of the nicks.
 * Distroless images have no shell.
 */
const IS_ALIVE = `process.exit(Date.now() - require('node:fs').statSync('${RELAY_DIR}/health.json').mtimeMs < 60000 ? 0 : 1)`;

export interface IrcRelayServiceProps {
  readonly stage: StageValues;
  readonly economy: ITable;
  readonly data: IBucket;
  readonly wake: IQueue;
  readonly out: WorkQueue;
  readonly commands: IQueue;
  /** Encrypts its credentials. */
  readonly key: IKey;
}

/**
 * The one task that holds every agent's IRC connection: a public subnet and no inbound rule, so neither NAT gateway nor load
 * balancer. It can read no wallet.
 */
export class IrcRelayService extends Construct {
  /** How many of its nicks are on IRC. */
  readonly connected: Metric;

  constructor(scope: Construct, id: string, props: IrcRelayServiceProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/economia-viva/${props.stage.name}/${ROOM}`,
      retention: props.stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.connected = this.#connectedIn(logGroup, props);
    const task = this.#task(props, logGroup);
    grantPartitions(task.taskRole, {
      table: props.economy,
      partitions: ROSTER.map((agent) => agentPk(agent.id)),
      // what it heard goes to inboxes; it never reads what an agent keeps
      actions: ['dynamodb:PutItem'],
    });
    grantPartitions(task.taskRole, {
      table: props.economy,
      partitions: [NICKS, SEEN],
      actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
    });
    grantPrefixes(task.taskRole, {
      bucket: props.data,
      prefixes: [objectKey.log(COLLECTOR, 'irc/')],
      may: 'write',
    });
    grantSecret(task.taskRole, this.#credentials(props));
    for (const queue of [props.wake, props.commands, props.out.dead])
      queue.grantSendMessages(task.taskRole);
    props.out.queue.grantConsumeMessages(task.taskRole);
    this.#serve(task, props.stage);
  }

  /** Empty: an operator writes the accounts, so that they are in no template. */
  #credentials({ stage: { name, removal }, key }: IrcRelayServiceProps): SecretGrant {
    const secret = new CfnSecret(this, 'Credentials', {
      name: ircCredentialsName(name),
      description: `Services accounts of the agents on IRC (${name})`,
      kmsKeyId: key.keyArn,
    });
    secret.applyRemovalPolicy(removal);
    return { secretArn: secret.ref, key };
  }

  /** Of the line that it logs every half minute: the task needs no right to write metrics. */
  #connectedIn(logGroup: LogGroup, { stage }: IrcRelayServiceProps): Metric {
    return logGroup
      .addMetricFilter('Connected', {
        filterPattern: FilterPattern.stringValue('$.message', '=', 'relay'),
        metricNamespace: `${NAMESPACE}/${stage.name}`,
        metricName: METRICS.relayConnected,
        metricValue: '$.connected',
      })
      .metric();
  }

  #task(props: IrcRelayServiceProps, logGroup: LogGroup): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 512,
      volumes: [{ name: VOLUME }],
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const container = task.addContainer('Relay', {
      image: ContainerImage.fromAsset(pinned(bundleOf(this, ROOM)), {
        platform: Platform.LINUX_ARM64,
      }),
      // ROOM is what the local cloud runs in place of the image
      environment: { ...this.#environment(props), ROOM },
      logging: new AwsLogDriver({ logGroup, streamPrefix: ROOM }),
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(30),
      healthCheck: {
        command: ['CMD', '/nodejs/bin/node', '-e', IS_ALIVE],
        interval: Duration.seconds(20),
        // networks of strangers may need several tries
        startPeriod: Duration.minutes(5),
      },
    });
    container.addMountPoints({ sourceVolume: VOLUME, containerPath: WRITABLE, readOnly: false });
    return task;
  }

  #environment(props: IrcRelayServiceProps): EnvOf<typeof IrcRelayEnv> {
    const { stage, economy, data, wake, out, commands } = props;
    const { servers, tls, temper, fingerprints = '', logEvery } = stage.irc;
    return {
      STAGE: stage.name,
      ECONOMY_TABLE: economy.tableName,
      DATA_BUCKET: data.bucketName,
      IRC_OUT_QUEUE_URL: out.queue.queueUrl,
      IRC_DEAD_QUEUE_URL: out.dead.queueUrl,
      COMMAND_QUEUE_URL: commands.queueUrl,
      WAKE_QUEUE_URL: wake.queueUrl,
      IRC_SERVERS: stageParameter(this, 'IrcServers', {
        description: 'host:port of IRC servers of one network, by commas',
        value: servers,
      }),
      IRC_FINGERPRINTS: stageParameter(this, 'IrcFingerprints', {
        description: 'SHA-256 of certificates that no authority vouches for, by commas',
        value: fingerprints,
      }),
      IRC_TLS: stageParameter(this, 'IrcTls', { description: 'on or off', value: tls }),
      IRC_TEMPER: temper,
      IRC_CREDENTIALS_SECRET: ircCredentialsName(stage.name),
      RELAY_DIR: stageParameter(this, 'RelayDir', {
        description: 'Where the relay keeps what is not yet delivered',
        value: RELAY_DIR,
      }),
      LOG_EVERY_SECONDS: String(logEvery.toSeconds()),
    };
  }

  #serve(taskDefinition: FargateTaskDefinition, { zones, relay }: StageValues): void {
    const provider = relay === 'spot' ? 'FARGATE_SPOT' : 'FARGATE';
    const vpc = new Vpc(this, 'Vpc', {
      availabilityZones: [...zones],
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 28 }],
      // the alternative is a custom resource; nothing here uses the default group
      restrictDefaultSecurityGroup: false,
    });
    new FargateService(this, 'Service', {
      cluster: this.#cluster(vpc, provider),
      capacityProviderStrategies: [{ capacityProvider: provider, weight: 1 }],
      taskDefinition,
      desiredCount: 1,
      // never two at once: they would fight for the nicks
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      assignPublicIp: true,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [
        new SecurityGroup(this, 'Outbound', { vpc, description: 'Out to IRC and AWS; nothing in' }),
      ],
    });
  }

  /** The construct library's way is a resource beside the cluster, which the service might come before. */
  #cluster(vpc: Vpc, provider: string): Cluster {
    const cluster = new Cluster(this, 'Cluster', { vpc });
    const resource = cluster.node.defaultChild;
    if (!(resource instanceof CfnCluster)) throw new Error('A cluster is not a CfnCluster.');
    resource.capacityProviders = [provider];
    return cluster;
  }
}
