import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AwsLogDriver,
  Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvOf, IrcRelayEnv } from '#contract/env.ts';
import { agentPk } from '#contract/keys.ts';
import { ROSTER } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';
import { grantPartitions } from './grants.ts';
import { bundleOf } from './room-function.ts';
import { stageParameter } from './stage-parameter.ts';

const ROOM = 'irc-relay';

export interface IrcRelayServiceProps {
  readonly stage: StageValues;
  readonly economy: ITable;
  readonly wake: IQueue;
  readonly out: IQueue;
}

/**
 * The one task that holds every agent's IRC connection: a public subnet and no inbound rule, so neither NAT gateway nor load
 * balancer. It can read no wallet.
 */
export class IrcRelayService extends Construct {
  constructor(scope: Construct, id: string, props: IrcRelayServiceProps) {
    super(scope, id);
    const task = this.#task(props);
    grantPartitions(task.taskRole, {
      table: props.economy,
      partitions: ROSTER.map((agent) => agentPk(agent.id)),
      // what it heard goes to inboxes; it never reads what an agent keeps
      actions: ['dynamodb:PutItem'],
    });
    props.wake.grantSendMessages(task.taskRole);
    props.out.grantConsumeMessages(task.taskRole);
    this.#service(task, props.stage);
  }

  #task(props: IrcRelayServiceProps): FargateTaskDefinition {
    const { stage } = props;
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/economia-viva/${stage.name}/${ROOM}`,
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    task.addContainer('Relay', {
      image: ContainerImage.fromAsset(bundleOf(this, ROOM), { platform: Platform.LINUX_ARM64 }),
      // ROOM is what the local cloud runs in place of the image
      environment: { ...this.#environment(props), ROOM },
      logging: new AwsLogDriver({ logGroup, streamPrefix: ROOM }),
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(30),
    });
    return task;
  }

  #environment({ stage, economy, wake, out }: IrcRelayServiceProps): EnvOf<typeof IrcRelayEnv> {
    const { host, port, tls } = stage.irc;
    return {
      STAGE: stage.name,
      ECONOMY_TABLE: economy.tableName,
      IRC_OUT_QUEUE_URL: out.queueUrl,
      WAKE_QUEUE_URL: wake.queueUrl,
      IRC_HOST: stageParameter(this, 'IrcHost', { description: 'IRC server', value: host }),
      IRC_PORT: stageParameter(this, 'IrcPort', { description: 'Its port', value: String(port) }),
      IRC_TLS: stageParameter(this, 'IrcTls', { description: 'on or off', value: tls }),
    };
  }

  #service(taskDefinition: FargateTaskDefinition, { zones }: StageValues): void {
    const vpc = new Vpc(this, 'Vpc', {
      availabilityZones: [...zones],
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 28 }],
      // the alternative is a custom resource; nothing here uses the default group
      restrictDefaultSecurityGroup: false,
    });
    new FargateService(this, 'Service', {
      cluster: new Cluster(this, 'Cluster', { vpc }),
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
}
