import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Command } from 'commander';
import { type Beat, BeatOutcome } from '#contract/beat.ts';
import type { AgentId } from '#contract/ids.ts';
import { functionName } from '../../lib/names.ts';
import { CREDENTIALS } from '../local/cloud/aws.ts';
import { CannotStart } from '../local/cloud/cannot-start.ts';
import { economyAt } from './economy-at.ts';
import { agentId, type LookFlags, withLookFlags } from './options.ts';
import { fail, paint, print } from './output.ts';

export function addBeat(program: Command): void {
  withLookFlags(program.command('beat'))
    .description('One beat of one agent here and now, and what came of it.')
    .argument('<agent>', 'id of the agent', agentId)
    .action((agent: AgentId, flags: LookFlags) => beat(agent, flags).catch(fail));
}

async function beat(agent: AgentId, { dir, json }: LookFlags): Promise<void> {
  const {
    connection: { region, endpoints },
  } = await economyAt(dir);
  const lambda = new LambdaClient({
    region,
    endpoint: endpoints.lambda,
    credentials: CREDENTIALS,
    // a beat tried twice would be two beats
    maxAttempts: 1,
  });
  const event: Beat = { agentId: agent, beatId: new Date().toISOString() };
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: functionName({ name: 'local' }, 'heartbeat', agent),
      Payload: JSON.stringify(event),
    }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined)
    throw new CannotStart(`The beat of ${agent} failed (${answer}): its log tells more.`);
  const outcome = BeatOutcome.parse(JSON.parse(answer));
  print(json, { ...event, ...outcome }, () => outcomeText(event, outcome));
}

/** Pure. */
export function outcomeText({ agentId: agent, beatId }: Beat, outcome: BeatOutcome): string {
  if (outcome.outcome === 'busy')
    return `${agent} is in the middle of a beat, and will beat once more after it.`;
  const done = outcome.intents.map(
    ({ id, result, reason }) =>
      `  ${paint(result === 'done' ? 'green' : 'yellow', result.padEnd(6))} ${id}${reason === undefined ? '' : `: ${reason}`}`,
  );
  const refused = outcome.refusals.map((word) => `  ${paint('yellow', 'refused')} ${word}`);
  const rounds = `${agent} has beaten (${beatId}): ${outcome.commits.join(', ')}`;
  return [rounds, ...(done.length > 0 ? done : ['  nothing to do']), ...refused].join('\n');
}
