import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvOf, HeartbeatEnv } from '#contract/env.ts';
import { agentPk, bucketKey, economyKey, objectKey } from '#contract/keys.ts';
import { COLLECTOR, type Agent as Member, ROSTER } from '#contract/roster.ts';
import type { StageValues } from '../stages.ts';
import { AgentHeartbeat } from './agent-heartbeat.ts';
import {
  grantPartitions,
  grantPrefixes,
  grantRemoval,
  grantSecret,
  READ_ITEMS,
  type SecretGrant,
} from './grants.ts';
import { RoomFunction } from './room-function.ts';
import { chainEnvironment, stageParameter } from './stage-parameter.ts';

/** What all agents of a stage share. */
export interface AgentSurroundings {
  readonly stage: StageValues;
  readonly economy: ITable;
  readonly data: IBucket;
  readonly wake: IQueue;
  readonly ircOut: IQueue;
  readonly lostBeats: IQueue;
  readonly storefrontUrl: string;
  readonly trading: {
    readonly marketUrl: string;
    readonly mcpUrl: string;
    readonly facilitatorUrl: string;
  };
}

export interface AgentProps extends AgentSurroundings {
  readonly agent: Member;
  readonly wallet: SecretGrant;
}

/**
 * One agent: its function, its pulse, and what it may touch. That is its own partition, wallet and object prefixes; to write its own
 * pulse; to read the corpus' pointer and the switches; and two queues to speak on. The coordinator reads all pulses and keeps reports.
 */
export class Agent extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: AgentProps) {
    super(scope, id);
    const { stage, agent, lostBeats } = props;
    this.function = new RoomFunction(this, 'Heartbeat', {
      stage,
      room: 'heartbeat',
      agentId: agent.id,
      description: `One beat of ${agent.id}`,
      environment: this.#environment(props),
      memory: stage.memory.heartbeat,
      timeout: stage.timeouts.heartbeat,
    }).function;
    this.function.configureAsyncInvoke({
      retryAttempts: 1,
      maxEventAge: stage.every,
      onFailure: new SqsDestination(lostBeats),
    });
    this.#grantTables(props);
    this.#grantBucket(props);
    this.#grantObjects(props);
    grantSecret(this.function, props.wallet);
    props.wake.grantSendMessages(this.function);
    props.ircOut.grantSendMessages(this.function);
    new AgentHeartbeat(this, 'Pulse', { stage, agent, beats: this.function, lostBeats });
  }

  #environment(props: AgentProps): EnvOf<typeof HeartbeatEnv> {
    const { stage, agent, trading } = props;
    return {
      STAGE: stage.name,
      ...chainEnvironment(this, stage),
      AGENT_ID: agent.id,
      BEAT_SECONDS: String(stage.every.toSeconds()),
      AGENT_IDENTITY: stage.identities?.[agent.id] ?? '',
      ECONOMY_TABLE: props.economy.tableName,
      DATA_BUCKET: props.data.bucketName,
      IRC_OUT_QUEUE_URL: props.ircOut.queueUrl,
      WAKE_QUEUE_URL: props.wake.queueUrl,
      MARKET_URL: trading.marketUrl,
      MARKET_WORKER: stage.worker,
      MARKET_MCP_URL: trading.mcpUrl,
      MARKET_LIMITS: stage.limits,
      STOREFRONT_URL: props.storefrontUrl,
      FACILITATOR_URL: trading.facilitatorUrl,
      DELIVERY_HOSTS: this.#deliveryHosts(props),
      LOG_TIME_ZONE: stage.logTimeZone,
      TALK_LIMITS: JSON.stringify(stage.talk),
    };
  }

  #deliveryHosts({ stage, data }: AgentProps): string {
    const ours = data.bucketRegionalDomainName;
    if (stage.deliveryHosts === undefined) return ours;
    const more = stageParameter(this, 'DeliveryHosts', {
      description: "Hosts besides the data bucket's that deliveries may redirect to, by commas",
      value: stage.deliveryHosts,
    });
    return `${ours},${more}`;
  }

  #grantTables({ economy: table, agent }: AgentProps): void {
    grantPartitions(this.function, { table, partitions: [agentPk(agent.id)] });
    grantPartitions(this.function, {
      table,
      partitions: [economyKey.pulse(agent.id).pk],
      actions: ['dynamodb:PutItem'],
    });
    if (agent.role === 'coordinator') {
      const partitions = ROSTER.map(({ id }) => economyKey.pulse(id).pk);
      grantPartitions(this.function, { table, partitions, actions: ['dynamodb:BatchGetItem'] });
    }
    grantPartitions(this.function, {
      table,
      partitions: [
        economyKey.corpusVersion(COLLECTOR).pk,
        economyKey.corpusOptOuts(COLLECTOR).pk,
        economyKey.rosterEntry(agent.id).pk,
        economyKey.halt().pk,
      ],
      actions: READ_ITEMS,
    });
  }

  /** One item by one action: a turn is taken by an update. */
  #grantBucket({ economy: table, stage }: AgentProps): void {
    if (stage.limits === 'own') return;
    grantPartitions(this.function, {
      table,
      partitions: [bucketKey('em').pk],
      actions: ['dynamodb:UpdateItem'],
    });
  }

  #grantObjects({ data: bucket, agent }: AgentProps): void {
    const folders = ['products', 'states', 'purchases', 'deliveries'];
    grantPrefixes(this.function, {
      bucket,
      prefixes: folders.map((folder) => `${agent.id}/${folder}/`),
      may: 'read and write',
    });
    // of a year that nobody speaks in any more, nothing is remembered
    if (agent.sells.length > 0) grantRemoval(this.function, bucket, [`${agent.id}/states/`]);
    // the collector sells what it is; the validator holds goods to it
    if (agent.role === 'collector' || agent.role === 'validator') {
      const prefixes = [objectKey.corpus(COLLECTOR, '')];
      grantPrefixes(this.function, { bucket, prefixes, may: 'read' });
    }
    if (agent.role === 'coordinator') {
      const prefixes = [`${agent.id}/reports/`];
      grantPrefixes(this.function, { bucket, prefixes, may: 'write' });
    }
  }
}
