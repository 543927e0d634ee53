import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { EnvOf, StorefrontEnv, WakeEnv } from '#contract/env.ts';
import { agentPk, economyKey, SALES } from '#contract/keys.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import { Agent, type AgentSurroundings } from '../constructs/agent.ts';
import { grantInvoke, grantPartitions, grantPrefixes } from '../constructs/grants.ts';
import { HttpDoor } from '../constructs/http-door.ts';
import { Reconcile } from '../constructs/reconcile.ts';
import { RoomFunction } from '../constructs/room-function.ts';
import { chainEnvironment, stageParameter } from '../constructs/stage-parameter.ts';
import { DeadLetters } from '../constructs/work-queue.ts';
import { functionName } from '../names.ts';
import type { StageValues } from '../stages.ts';
import type { IrcStack } from './irc.ts';
import type { MarketStack, TradingPlace } from './market.ts';
import type { StateStack } from './state.ts';

export interface AgentsStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
  /** Our own market. @default - the stage's */
  readonly market?: MarketStack;
  readonly irc: IrcStack;
}

/** The roster, alive: a function and a pulse per agent, the room that wakes them, the storefront for what they sell. */
export class AgentsStack extends Stack {
  readonly agents: readonly { readonly id: string; readonly function: IFunction }[];
  readonly wake: IFunction;
  readonly reconcile: IFunction;
  readonly storefront: IFunction;
  readonly storefrontUrl: string;
  readonly door: HttpDoor;

  constructor(scope: Construct, id: string, { stage, state, market, irc }: AgentsStackProps) {
    super(scope, id, { env: { region: stage.region } });
    const door = new HttpDoor(this, 'StorefrontDoor', { stage, name: 'storefront' });
    this.door = door;
    this.storefrontUrl = door.url;
    const trading = market ?? this.#elsewhere(stage);
    this.storefront = this.#storefront(stage, state, trading);
    door.leadsTo(this.storefront);

    const lostBeats = new DeadLetters(this, 'LostBeats', {
      loses: 'Beats that failed every try: an agent that may be standing still.',
      alarms: state.alarms,
    });
    const surroundings: AgentSurroundings = {
      stage,
      economy: state.economy,
      data: state.data,
      wake: state.wake.queue,
      ircOut: irc.out.queue,
      lostBeats: lostBeats.queue,
      storefrontUrl: door.url,
      trading,
    };
    this.agents = ROSTER.map((agent) => {
      const wallet = state.wallet(agent.id);
      const { function: beats } = new Agent(this, agent.id, { ...surroundings, agent, wallet });
      return { id: agent.id, function: beats };
    });
    this.wake = this.#wake(stage, state);
    this.reconcile = new Reconcile(this, 'Reconcile', {
      stage,
      economy: state.economy,
      wake: state.wake.queue,
      marketUrl: trading.marketUrl,
    }).function;
    new CfnOutput(this, 'StorefrontUrl', { value: door.url });
  }

  #elsewhere({ market }: StageValues): TradingPlace {
    if (market.kind === 'own') throw new Error('A stage with its own market came without it.');
    const { marketUrl, mcpUrl, facilitatorUrl } = market;
    return {
      marketUrl: stageParameter(this, 'MarketAt', { description: 'The market', value: marketUrl }),
      mcpUrl: stageParameter(this, 'MarketMcpAt', {
        description: "The market's door over MCP",
        value: mcpUrl,
      }),
      facilitatorUrl: stageParameter(this, 'FacilitatorAt', {
        description: 'The x402 facilitator',
        value: facilitatorUrl,
      }),
    };
  }

  #wake(stage: StageValues, state: StateStack): IFunction {
    const names = this.agents.map(({ id }) => [id, functionName(stage, 'heartbeat', id)]);
    const environment: EnvOf<typeof WakeEnv> = {
      STAGE: stage.name,
      FUNCTIONS: JSON.stringify(Object.fromEntries(names)),
    };
    const room = new RoomFunction(this, 'Wake', {
      stage,
      room: 'wake',
      description: 'Wake-ups, coalesced per agent, become beats',
      environment,
      memory: stage.memory.wake,
      timeout: stage.timeouts.wake,
    }).function;
    grantInvoke(
      room,
      this.agents.map((agent) => agent.function),
    );
    room.addEventSource(
      new SqsEventSource(state.wake.queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
      }),
    );
    return room;
  }

  #storefront(stage: StageValues, state: StateStack, { facilitatorUrl }: TradingPlace): IFunction {
    const environment: EnvOf<typeof StorefrontEnv> = {
      STAGE: stage.name,
      ...chainEnvironment(this, stage),
      ECONOMY_TABLE: state.economy.tableName,
      DATA_BUCKET: state.data.bucketName,
      FACILITATOR_URL: facilitatorUrl,
      STOREFRONT_URL: this.storefrontUrl,
      WAKE_QUEUE_URL: state.wake.queue.queueUrl,
    };
    const room = new RoomFunction(this, 'Storefront', {
      stage,
      room: 'storefront',
      description: 'Deliveries to who paid for them, and the direct door',
      environment,
      memory: stage.memory.door,
      timeout: stage.timeouts.door,
    }).function;
    this.#grantShop(room, state.economy);
    state.wake.queue.grantSendMessages(room);
    // it also signs the addresses from which buyers fetch: whoever has one reads with this role
    grantPrefixes(room, {
      bucket: state.data,
      prefixes: ROSTER.flatMap(({ id }) => [`${id}/products/`, `${id}/deliveries/`]),
      may: 'read',
    });
    return room;
  }

  /** Its own sales, whose wallet is whose, and to tell a seller of a sale: it reads nothing of an agent's. */
  #grantShop(room: IFunction, table: ITable): void {
    grantPartitions(room, { table, partitions: [economyKey.seen('storefront', '').pk, SALES] });
    grantPartitions(room, {
      table,
      partitions: [economyKey.rosterEntry(COLLECTOR).pk],
      actions: ['dynamodb:GetItem'],
    });
    grantPartitions(room, {
      table,
      partitions: ROSTER.filter(({ sells, role }) => sells.length > 0 || role === 'validator').map(
        ({ id }) => agentPk(id),
      ),
      actions: ['dynamodb:PutItem'],
    });
  }
}
