import { createHash } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Beat, WakeUp } from '#contract/beat.ts';
import type { AgentId } from '#contract/ids.ts';
import { type Services, wire } from './wiring.ts';

let services: Services | undefined;

/** Called by AWS with up to ten wake-ups. Several for one agent are one beat. */
export function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= wire();
  return wake(event, services);
}

/** Invokes each agent once; a message that is none, or an agent that cannot be invoked, goes back to the queue and on to its DLQ. */
export async function wake(
  { Records }: SQSEvent,
  { invoke, log }: Services,
): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  const calls = new Map<AgentId, { readonly ids: string[]; readonly messageIds: string[] }>();
  for (const { messageId, body } of Records) {
    const wakeUp = parse(body);
    if (wakeUp === undefined) {
      log.error('bad-wake-up', { messageId });
      failed.push(messageId);
      continue;
    }
    const { agentId, id } = wakeUp;
    const call = calls.get(agentId) ?? { ids: [], messageIds: [] };
    call.ids.push(id);
    call.messageIds.push(messageId);
    calls.set(agentId, call);
  }
  for (const [agentId, { ids, messageIds }] of calls) {
    const beat: Beat = { agentId, beatId: beatIdOf(ids) };
    try {
      await invoke(beat);
      log.info('wake', { ...beat, wakeUps: messageIds.length });
    } catch (error) {
      log.error('wake-failed', { ...beat, error });
      failed.push(...messageIds);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The same calls are the same beat; a call that comes again in other company is another, or its company would be lost. */
function beatIdOf(ids: readonly string[]): string {
  const calls = JSON.stringify([...new Set(ids)].toSorted());
  return `wake-${createHash('sha256').update(calls).digest('hex').slice(0, 32)}`;
}

function parse(body: string): WakeUp | undefined {
  try {
    return WakeUp.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
