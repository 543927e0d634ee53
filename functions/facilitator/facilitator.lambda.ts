/* eslint-disable @typescript-eslint/no-deprecated -- the adapter of Hono 4; it becomes a package of its own with Hono 5 */
import type { APIGatewayProxyResult } from 'hono/aws-lambda';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { routes } from './routes.ts';
import { wire } from './wiring.ts';

type Handle = (event: LambdaEvent, context?: LambdaContext) => Promise<APIGatewayProxyResult>;

let ready: Handle | undefined;

/** Called by API Gateway (HTTP API, payload 2.0). Wired by the first event that can be, so that a bad start is not kept. */
export const handler: Handle = async (event, context) => {
  ready ??= handle(routes(await wire()));
  return ready(event, context);
};
