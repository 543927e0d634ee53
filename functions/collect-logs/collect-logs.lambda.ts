import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { AgentId } from '#contract/ids.ts';
import type { SourceCounts } from '#contract/log-record.ts';
import { METRICS } from '#contract/metrics.ts';
import { Compaction, Continuation, S3Notification } from '#contract/s3-event.ts';
import { compact } from '#core/logs/compact.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { type LogEvent, logEventOf, type Outcome, take } from '#core/logs/take.ts';
import { type Services, wire } from './wiring.ts';

/** An upload is read on in another invocation when less than this is left; one part takes about a second. */
const RESERVE_MS = 20_000;
/** Nothing was written: unless the message came before, and its first collector may have died, nothing is to be done. */
const NOTHING_NEW: ReadonlySet<Outcome> = new Set([
  'unchanged',
  'outrun',
  'early',
  'changed',
  'gone',
]);

let services: Services | undefined;

/** Called by AWS with up to ten notifications from the data bucket, or by the schedule that compacts. */
export async function handler(
  event: SQSEvent | { readonly kind: string },
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse | undefined> {
  services ??= wire();
  const timed = {
    ...services,
    isLate: () => context.getRemainingTimeInMillis() < RESERVE_MS,
  };
  if ('Records' in event) return collectLogs(event, timed);
  const { agentId } = Compaction.parse(event);
  // also makes good what a message left that ended with the dead letters
  await publish(agentId, [], timed);
  const compacted = await compact(agentId, timed, new Date());
  services.log.info('compaction', { agentId, ...compacted });
  return undefined;
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
      for (const agent of await takeAll(message, services))
        owners.set(agent, [...(owners.get(agent) ?? []), message]);
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

/** The owners whose manifest may have to be rebuilt after what this message told of. */
async function takeAll(message: SQSRecord, services: Services): Promise<readonly AgentId[]> {
  const owners: AgentId[] = [];
  for (const work of workIn(message)) {
    const agent = await takeOne(work, isAgain(message), services);
    if (agent !== undefined) owners.push(agent);
  }
  return owners;
}

function workIn({ body }: SQSRecord): readonly Continuation[] {
  const message: unknown = JSON.parse(body);
  const continuation = Continuation.safeParse(message);
  if (continuation.success) return [continuation.data];
  return S3Notification.parse(message).Records.map((record) => ({
    v: 1,
    kind: 'continue',
    record,
  }));
}

async function takeOne(
  { record, progress: from }: Continuation,
  isRepeated: boolean,
  services: Services,
): Promise<AgentId | undefined> {
  const event = logEventOf(record);
  if (event === undefined) return undefined;
  const { agent, source } = event;
  const { outcome, counts, progress } = await take(event, services, from);
  if (outcome === 'unfinished')
    await services.continuations.send({
      v: 1,
      kind: 'continue',
      record,
      ...(progress === undefined ? {} : { progress }),
    });
  services.log.info('upload', { agentId: agent, source, outcome, ...counts });
  report(event, counts, services);
  return isRepeated || !NOTHING_NEW.has(outcome) ? agent : undefined;
}

/** One line of embedded metrics: pieces read = messages + not messages + quarantined. Copies fall later, in the merge. */
function report({ source }: LogEvent, counts: SourceCounts, { metrics }: Services): void {
  metrics.addMetadata('source', source);
  metrics.addMetric(METRICS.piecesRead, 'Count', counts.read);
  metrics.addMetric(METRICS.messagesCollected, 'Count', counts.messages);
  metrics.addMetric(METRICS.notMessages, 'Count', counts.notMessages);
  metrics.addMetric(METRICS.recordsQuarantined, 'Count', counts.quarantined);
  metrics.publishStoredMetrics();
}

function isAgain({ attributes }: SQSRecord): boolean {
  return attributes.ApproximateReceiveCount !== '1';
}

/** Whoever was killed between moving the pointer and waking has left a message that comes again, and then wakes. */
async function publish(
  agent: AgentId,
  messages: readonly SQSRecord[],
  { wakeUps, log, ...store }: Services,
): Promise<void> {
  const { pointer, isNewVersion } = await rebuild(agent, store);
  log.info('corpus', { agentId: agent, isNewVersion, ...pointer });
  if (pointer === undefined || !(isNewVersion || messages.some(isAgain))) return;
  const id = `corpus-${pointer.version}`;
  await wakeUps.wake({ v: 1, agentId: agent, reason: 'corpus', id });
}
