import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { EnvOf, FacilitatorEnv, MarketEnv } from '#contract/env.ts';
import type { MarketJob } from '#contract/execution-market-job.ts';
import { marketKey, walletSecretName } from '#contract/keys.ts';
import { MARKET_TABLE } from '#contract/market-table.ts';
import { grantItems, grantPartitions, grantSecret } from '../constructs/grants.ts';
import { HttpDoor } from '../constructs/http-door.ts';
import { RoomFunction } from '../constructs/room-function.ts';
import { chainEnvironment, stageParameter } from '../constructs/stage-parameter.ts';
import type { StageValues } from '../stages.ts';
import type { StateStack } from './state.ts';

/** Where agents trade: addresses without a slash at the end. */
export interface TradingPlace {
  readonly marketUrl: string;
  /** Its door over MCP: this one with its slash, because a redirect would break the signature. */
  readonly mcpUrl: string;
  readonly facilitatorUrl: string;
}

export interface MarketStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
}

/** Our own market and facilitator, each behind its door. */
export class MarketStack extends Stack implements TradingPlace {
  readonly marketUrl: string;
  readonly mcpUrl: string;
  readonly facilitatorUrl: string;
  readonly doors: readonly HttpDoor[];
  readonly market: IFunction;
  readonly facilitator: IFunction;

  constructor(scope: Construct, id: string, { stage, state }: MarketStackProps) {
    super(scope, id, { env: { region: stage.region } });
    const facilitatorDoor = new HttpDoor(this, 'FacilitatorDoor', { stage, name: 'facilitator' });
    const door = new HttpDoor(this, 'MarketDoor', { stage, name: 'market' });
    this.doors = [facilitatorDoor, door];
    this.marketUrl = door.url;
    this.mcpUrl = `${door.url}/mcp/`;
    this.facilitatorUrl = facilitatorDoor.url;
    this.market = this.#market(stage, state, { door, facilitatorUrl: this.facilitatorUrl });
    this.facilitator = this.#facilitator(stage, state, facilitatorDoor);

    new CfnOutput(this, 'MarketUrl', { value: this.marketUrl });
    new CfnOutput(this, 'FacilitatorUrl', { value: this.facilitatorUrl });
  }

  #market(
    stage: StageValues,
    state: StateStack,
    { door, facilitatorUrl }: { readonly door: HttpDoor; readonly facilitatorUrl: string },
  ): IFunction {
    const environment: EnvOf<typeof MarketEnv> = {
      STAGE: stage.name,
      ...chainEnvironment(this, stage),
      MARKET_TABLE: state.market.tableName,
      WALLET_SECRET: walletSecretName(stage.name, 'market'),
      FACILITATOR_URL: facilitatorUrl,
    };
    const room = new RoomFunction(this, 'Market', {
      stage,
      room: 'market',
      description: "A market with Execution Market's contract",
      environment,
      memory: stage.memory.door,
      timeout: stage.timeouts.door,
    }).function;
    grantItems(
      room,
      state.market,
      MARKET_TABLE.indexes.map(({ name }) => name),
    );
    grantSecret(room, state.wallet('market'));
    door.leadsTo(room);
    const job: MarketJob = { kind: 'expire' };
    new Schedule(this, 'Expiry', {
      schedule: ScheduleExpression.rate(stage.every),
      description: 'Bounties of tasks past their deadline go back',
      target: new LambdaInvoke(room, {
        input: ScheduleTargetInput.fromObject(job),
        // the next run does the work of one that was lost
        retryAttempts: 0,
        maxEventAge: stage.every,
      }),
    });
    return room;
  }

  #facilitator(stage: StageValues, state: StateStack, door: HttpDoor): IFunction {
    const environment: EnvOf<typeof FacilitatorEnv> = {
      STAGE: stage.name,
      ...chainEnvironment(this, stage),
      MARKET_TABLE: state.market.tableName,
      WALLET_SECRET: walletSecretName(stage.name, 'facilitator'),
      MARKET_ADDRESS: stageParameter(this, 'MarketAddress', {
        description: "Address of the market's wallet: whose signature may release and refund",
        ...(stage.marketAddress !== undefined && { value: stage.marketAddress }),
      }),
    };
    const room = new RoomFunction(this, 'Facilitator', {
      stage,
      room: 'facilitator',
      description: 'Settles x402 payments and operates the escrow, with its own key',
      environment,
      memory: stage.memory.door,
      timeout: stage.timeouts.door,
    }).function;
    grantPartitions(room, {
      table: state.market,
      partitions: [marketKey.facilitatorLease().pk, marketKey.nonce('facilitator', '*').pk],
    });
    grantSecret(room, state.wallet('facilitator'));
    door.leadsTo(room);
    return room;
  }
}
