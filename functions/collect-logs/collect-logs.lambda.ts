import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { AgentId } from '#contract/ids.ts';
import type { SourceCounts } from '#contract/log-record.ts';
import { METRICS } from '#contract/metrics.ts';
import { Compaction, Continuation, S3Notification } from '#contract/s3-event.ts';
import { compact } from '#core/logs/compact.ts';
import { rebuild } from '#core/logs/rebuild.ts';
import { type LogEvent, logEventOf, type Outcome, type Taken } from '#core/logs/take.ts';
import { areDeadly, takeUploads, type Upload } from '#core/logs/take-uploads.ts';
import { inTurn } from '#core/logs/turns.ts';
import { type Services, wire } from './wiring.ts';

/** An upload is read on in another invocation when less than this is left; one part takes about a second. */
const RESERVE_MS = 20_000;
/** From this delivery on, of the five that the queue allows, what comes with a killer is sent on each by itself. */
const PARTED_FROM = 3;
/** Nothing was written: unless the message came before, and its first collector may have died, nothing is to be done. */
const NOTHING_NEW: ReadonlySet<Outcome> = new Set([
  'unchanged',
  'outrun',
  'early',
  'changed',
  'gone',
]);

/** One upload that a message tells of. */
interface Told extends Upload {
  readonly message: SQSRecord;
  readonly work: Continuation;
}

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
  const compacted = await compact(agentId, timed, services.now());
  services.log.info('compaction', { agentId, ...compacted });
  return undefined;
}

/** Takes every upload, then rebuilds each owner's manifest once. A message whose upload or rebuild failed comes again. */
export async function collectLogs(
  { Records }: SQSEvent,
  services: Services,
): Promise<SQSBatchResponse> {
  const failed = new Set<string>();
  const uploads = Records.flatMap((message) => {
    try {
      return uploadsIn(message);
    } catch (error) {
      services.log.error('bad-message', { messageId: message.messageId, error });
      failed.add(message.messageId);
      return [];
    }
  });
  if (Records.some(isNearItsEnd) && (await areDeadly(uploads, services))) {
    for (const { work } of uploads) await services.continuations.send({ ...work, isSuspect: true });
  } else for (const messageId of await takeAll(uploads, services)) failed.add(messageId);
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The messages that are to come again. */
async function takeAll(uploads: readonly Told[], services: Services): Promise<ReadonlySet<string>> {
  const failed = new Set<string>();
  const owners = new Map<AgentId, Told[]>();
  await takeUploads(uploads, services, {
    onTaken: async (upload, taken) => {
      await settle(upload, taken, services);
      if (!upload.isSuspect && NOTHING_NEW.has(taken.outcome)) return;
      const { agent } = upload.event;
      owners.set(agent, [...(owners.get(agent) ?? []), upload]);
    },
    onFailed: ({ message: { messageId } }, error) => {
      services.log.error('upload-failed', { messageId, error });
      failed.add(messageId);
    },
  });
  for (const [agent, taken] of owners) {
    try {
      await publish(agent, taken, services);
    } catch (error) {
      services.log.error('rebuild-failed', { agentId: agent, error });
      for (const { message } of taken) failed.add(message.messageId);
    }
  }
  return failed;
}

function uploadsIn(message: SQSRecord): readonly Told[] {
  return workIn(message).flatMap((work) => {
    const event = logEventOf(work.record);
    if (event === undefined) return [];
    const isSuspect = deliveries(message) > 1 || work.isSuspect === true;
    const { progress } = work;
    return [{ message, work, event, isSuspect, ...(progress === undefined ? {} : { progress }) }];
  });
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

async function settle(
  { event, work: { record } }: Told,
  { outcome, counts, progress }: Taken,
  services: Services,
): Promise<void> {
  if (outcome === 'unfinished')
    await services.continuations.send({
      v: 1,
      kind: 'continue',
      record,
      ...(progress === undefined ? {} : { progress }),
    });
  const { agent, source } = event;
  services.log.info('upload', { agentId: agent, source, outcome, ...counts });
  report(event, counts, services);
}

/** One line of embedded metrics: pieces read = messages + not messages + quarantined. Copies fall later, in the merge. */
function report({ source }: LogEvent, counts: SourceCounts, { measure }: Services): void {
  const counted = {
    [METRICS.piecesRead]: counts.read,
    [METRICS.messagesCollected]: counts.messages,
    [METRICS.notMessages]: counts.notMessages,
    [METRICS.recordsQuarantined]: counts.quarantined,
  };
  measure(counted, { source });
}

function deliveries({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}

function isNearItsEnd(message: SQSRecord): boolean {
  return deliveries(message) >= PARTED_FROM;
}

/** Whoever was killed between moving the pointer and waking has left a message that comes again, and then wakes. */
async function publish(
  agent: AgentId,
  uploads: readonly Upload[],
  { wakeUps, log, ...store }: Services,
): Promise<void> {
  const rebuilt = await inTurn(agent, store, (stay) => rebuild(agent, store, stay));
  if (rebuilt !== undefined) log.info('corpus', { agentId: agent, ...rebuilt });
  const isSuspect = uploads.some((upload) => upload.isSuspect);
  if (rebuilt?.isNewVersion !== true && !isSuspect) return;
  const pointer = rebuilt?.pointer ?? (await store.pointers.pointer(agent));
  if (pointer === undefined) return;
  const id = `corpus-${pointer.version}`;
  await wakeUps.wake({ v: 1, agentId: agent, reason: 'corpus', id });
}
