import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageValues } from '../stages.ts';

export interface HttpDoorProps {
  readonly stage: StageValues;
  readonly name: string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const KNOCK = {
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
  error: '$context.error.message',
};

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
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/economia-viva/${stage.name}/${name}-door`,
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: stage.throttle,
      // who knocked how often: the room sees only those whom the throttle lets through
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(KNOCK)),
      },
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
