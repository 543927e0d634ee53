import { type Handle, lambdaOf } from './app.ts';
import { wire } from './wiring.ts';

let ready: Handle | undefined;

/** Called by API Gateway (HTTP API, payload 2.0). Wired by the first event that can be, so that a bad start is not kept. */
export const handler: Handle = async (event, context) => {
  ready ??= lambdaOf(await wire());
  return ready(event, context);
};
