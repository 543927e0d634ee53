import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { AgentId } from '#contract/ids.ts';
import { METRICS } from '#contract/metrics.ts';
import { S3Notification } from '#contract/s3-event.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { type LogEvent, logEventOf, take } from '#core/logs/take.ts';
import { type Services, wire } from './wiring.ts';

let services: Services | undefined;

/** Called by AWS with up to ten notifications from the data bucket. */
export function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  services ??= wire();
  return collectLogs(event, services);
}

/** Takes every upload, then rebuilds each owner's manifest once. A message whose upload or rebuild failed comes again. */
export async function collectLogs(
  { Records }: SQSEvent,
  services: Services,
): Promise<SQSBatchResponse> {
  const failed = new Set<string>();
  const owners = new Map<AgentId, SQSRecord[]>();
  for (const message of Records) {
    try {
      for (const event of logEvents(message)) {
        await takeOne(event, services);
        owners.set(event.agent, [...(owners.get(event.agent) ?? []), message]);
      }
    } catch (error) {
      services.log.error('upload-failed', { messageId: message.messageId, error });
      failed.add(message.messageId);
    }
  }
  for (const [agent, messages] of owners) {
    try {
      await publish(agent, messages, services);
    } catch (error) {
      services.log.error('rebuild-failed', { agentId: agent, error });
      for (const { messageId } of messages) failed.add(messageId);
    }
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

function logEvents({ body }: SQSRecord): readonly LogEvent[] {
  const { Records } = S3Notification.parse(JSON.parse(body));
  return Records.map(logEventOf).filter((event) => event !== undefined);
}

async function takeOne(event: LogEvent, services: Services): Promise<void> {
  const { agent: agentId, source } = event;
  const { outcome, counts } = await take(event, services);
  services.log.info('upload', { agentId, source, outcome, ...counts });
  services.metrics.addMetric(METRICS.messagesCollected, 'Count', counts.messages);
  services.metrics.addMetric(METRICS.recordsQuarantined, 'Count', counts.quarantined);
  services.metrics.publishStoredMetrics();
}

/** Whoever was killed between moving the pointer and waking has left a message that comes again, and then wakes. */
async function publish(
  agent: AgentId,
  messages: readonly SQSRecord[],
  { wakeUps, log, ...store }: Services,
): Promise<void> {
  const { pointer, isNewVersion } = await rebuild(agent, store);
  log.info('corpus', { agentId: agent, isNewVersion, ...pointer });
  const isAgain = messages.some(({ attributes }) => attributes.ApproximateReceiveCount !== '1');
  if (pointer === undefined || !(isNewVersion || isAgain)) return;
  const id = `corpus-${pointer.version}`;
  await wakeUps.wake({ v: 1, agentId: agent, reason: 'corpus', id });
}
