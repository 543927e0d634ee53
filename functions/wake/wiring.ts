import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { Beat } from '#contract/beat.ts';
import { WakeEnv } from '#contract/env.ts';
import { createLog, type Log } from '#runtime/log.ts';

export interface Services {
  /** Asynchronous: answers when Lambda has taken the event. Throws for an agent without a function. */
  readonly invoke: (beat: Beat) => Promise<void>;
  readonly log: Log;
}

/** Clients from the environment (WakeEnv); throws naming the variable that is missing or wrong. */
export function wire(): Services {
  const env = WakeEnv.parse(process.env);
  const functions = z.record(z.string(), z.string()).parse(JSON.parse(env.FUNCTIONS));
  const lambda = new LambdaClient();
  return {
    log: createLog('wake'),
    invoke: async (beat) => {
      const FunctionName = functions[beat.agentId];
      if (FunctionName === undefined) throw new Error(`No function for agent ${beat.agentId}.`);
      const Payload = new TextEncoder().encode(JSON.stringify(beat));
      await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    },
  };
}
