import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvOf, FacilitatorEnv, MarketEnv } from '#contract/env.ts';
import { walletSecretName } from '#contract/keys.ts';
import { grantItems, grantSecret } from '../constructs/grants.ts';
import { HttpDoor } from '../constructs/http-door.ts';
import { RoomFunction } from '../constructs/room-function.ts';
import { chainEnvironment, stageParameter } from '../constructs/stage-parameter.ts';
import type { MarketOf, StageValues } from '../stages.ts';
import { DOOR_TIMEOUT } from '../timeouts.ts';
import type { StateStack } from './state.ts';

export interface MarketStackProps {
  readonly stage: StageValues;
  readonly state: StateStack;
}

/** Where agents trade: our own market and facilitator behind their doors, or the addresses of somebody else's. */
export class MarketStack extends Stack {
  readonly marketUrl: string;
  readonly facilitatorUrl: string;

  constructor(scope: Construct, id: string, { stage, state }: MarketStackProps) {
    super(scope, id, { env: { region: stage.region } });
    const urls = stage.market.kind === 'own' ? this.#open(stage, state) : this.#point(stage.market);
    this.marketUrl = urls.marketUrl;
    this.facilitatorUrl = urls.facilitatorUrl;

    new CfnOutput(this, 'MarketUrl', { value: this.marketUrl });
    new CfnOutput(this, 'FacilitatorUrl', { value: this.facilitatorUrl });
  }

  #point({ marketUrl, facilitatorUrl }: Extract<MarketOf, { kind: 'other' }>) {
    return {
      marketUrl: stageParameter(this, 'MarketAt', { description: 'The market', value: marketUrl }),
      facilitatorUrl: stageParameter(this, 'FacilitatorAt', {
        description: 'The x402 facilitator',
        value: facilitatorUrl,
      }),
    };
  }

  #open(stage: StageValues, state: StateStack) {
    const facilitatorDoor = new HttpDoor(this, 'FacilitatorDoor', { stage, name: 'facilitator' });
    const marketDoor = new HttpDoor(this, 'MarketDoor', { stage, name: 'market' });
    this.#market(stage, state, { door: marketDoor, facilitatorUrl: facilitatorDoor.url });
    this.#facilitator(stage, state, facilitatorDoor);
    return { marketUrl: marketDoor.url, facilitatorUrl: facilitatorDoor.url };
  }

  #market(
    stage: StageValues,
    state: StateStack,
    { door, facilitatorUrl }: { readonly door: HttpDoor; readonly facilitatorUrl: string },
  ): void {
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
      timeout: DOOR_TIMEOUT,
    }).function;
    grantItems(room, state.market);
    grantSecret(room, state.walletArn('market'));
    door.leadsTo(room);
  }

  #facilitator(stage: StageValues, state: StateStack, door: HttpDoor): void {
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
      timeout: DOOR_TIMEOUT,
    }).function;
    grantItems(room, state.market);
    grantSecret(room, state.walletArn('facilitator'));
    door.leadsTo(room);
  }
}
