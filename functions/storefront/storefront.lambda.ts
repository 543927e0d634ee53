import { handle } from 'hono/aws-lambda';
import { storefront } from './app.ts';
import { wire } from './wiring.ts';

/** Called by API Gateway (HTTP API, payload 2.0). */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor, @hono/aws-lambda, is not on the registry yet
export const handler = handle(storefront(wire));
