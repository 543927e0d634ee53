import * as z from 'zod';
import { AgentId } from './ids.ts';

/** One record of an S3 notification; keys arrive URL-encoded with `+` for a space (S3 user guide, "Event message structure"). */
export const S3EventRecord = z.object({
  eventName: z.string(),
  s3: z.object({
    object: z.object({
      key: z.string().min(1),
      /** Absent for removals. */
      eTag: z.string().optional(),
      /** Bytes; absent for removals. */
      size: z.int().nonnegative().optional(),
      /** Hex of varying length that orders the events of one key; the shorter is padded with zeros on the right. */
      sequencer: z.string().regex(/^[0-9a-fA-F]{1,64}$/),
    }),
  }),
});
export type S3EventRecord = z.infer<typeof S3EventRecord>;

/** Body of an SQS message from a bucket: a notification, or the test event that S3 sends once when notifications are set up. */
export const S3Notification = z.union([
  z.object({ Records: z.array(S3EventRecord) }),
  z.object({ Event: z.literal('s3:TestEvent') }).transform(() => ({ Records: [] })),
]);
export type S3Notification = z.infer<typeof S3Notification>;

/**
 * What collect-logs sends itself when an upload needs more than one invocation, or one apart: the event, and the key of the progress
 * (SourceProgress) from which to read on.
 */
export const Continuation = z.object({
  v: z.literal(1),
  kind: z.literal('continue'),
  record: S3EventRecord,
  progress: z.string().optional(),
  /** Its reader, or that of an upload beside it, may have died of it: to be read with care. */
  isSuspect: z.boolean().optional(),
});
export type Continuation = z.infer<typeof Continuation>;

/** What the schedule of compaction sends. */
export const Compaction = z.object({ kind: z.literal('compact'), agentId: AgentId });

/** The object's key as it was written by its uploader. */
export function uploadedKey(record: S3EventRecord): string {
  return decodeURIComponent(record.s3.object.key.replaceAll('+', ' '));
}

/** The sequencer as a string that sorts: two of one key compare as their events happened. */
export function sequenceOf(record: S3EventRecord): string {
  return record.s3.object.sequencer.toUpperCase().padEnd(64, '0');
}
