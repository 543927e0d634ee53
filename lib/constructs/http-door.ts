import { HttpApi, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StageValues } from '../stages.ts';

export interface HttpDoorProps {
  readonly stage: StageValues;
  readonly name: string;
}

/**
 * A public HTTP door with throttling, in front of one room. Its address is known before the room is: the room may need it, or
 * another room's, in its environment.
 */
export class HttpDoor extends Construct {
  /** `https://...`, without a slash at the end. */
  readonly url: string;
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { stage, name }: HttpDoorProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `economia-viva-${stage.name}-${name}`,
      createDefaultStage: false,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: stage.throttle,
    });
    this.url = this.api.apiEndpoint;
  }

  /** Everything that knocks goes to this room: it does its own routing. */
  leadsTo(room: IFunction): void {
    new HttpRoute(this, 'Everything', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Room', room),
    });
  }
}
