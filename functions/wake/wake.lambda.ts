import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Beat, WakeUp } from '#contract/beat.ts';
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
  const calls = new Map<string, { readonly beat: Beat; readonly messageIds: string[] }>();
  for (const { messageId, body } of Records) {
    const wakeUp = parse(body);
    if (wakeUp === undefined) {
      log.error('bad-wake-up', { messageId });
      failed.push(messageId);
      continue;
    }
    const { agentId, id } = wakeUp;
    const call = calls.get(agentId) ?? {
      beat: { agentId, beatId: `wake-${id}`.slice(0, 100) },
      messageIds: [],
    };
    call.messageIds.push(messageId);
    calls.set(agentId, call);
  }
  for (const { beat, messageIds } of calls.values()) {
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

function parse(body: string): WakeUp | undefined {
  try {
    return WakeUp.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
