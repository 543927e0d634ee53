import * as z from 'zod';
import { Sha256 } from './ids.ts';

/** Bounds on what a corpus carries of one message; longer text is cut and counted. */
export const MAX_TEXT_CHARS = 4000;

/**
 * One message of the corpus and of product raw_logs: a line of NDJSON with exactly these fields in this order.
 * `ts` is ISO 8601 UTC to the second (`2005-02-08T09:14:00Z`); logs with minute stamps carry `:00`.
 * `kind` tells speech from an action (`/me`) or a notice.
 */
export const LogRecord = z.object({
  ts: z.string(),
  user: z.string().min(1),
  text: z.string(),
  kind: z.enum(['message', 'action', 'notice']),
});
export type LogRecord = z.infer<typeof LogRecord>;

/** One immutable, sorted, gzip-compressed NDJSON object: one source's messages of one UTC day. */
export const Segment = z.object({
  key: z.string(),
  source: z.string(),
  sha256: Sha256,
  bytes: z.number().int().nonnegative(),
  messages: z.number().int().nonnegative(),
});
export type Segment = z.infer<typeof Segment>;

/** What became of one source: read = messages + notMessages + quarantined (duplicates fall at the merge). */
export const SourceCounts = z.object({
  read: z.number().int().nonnegative(),
  messages: z.number().int().nonnegative(),
  notMessages: z.number().int().nonnegative(),
  quarantined: z.number().int().nonnegative(),
});
export type SourceCounts = z.infer<typeof SourceCounts>;

/**
 * The corpus at one version (`<agent>/corpus/manifests/<version>.json`): days in ascending order, each with its segments and
 * `hash`, a sha256 over the day's merged messages. `version` is a sha256 over the days' hashes: of the content, not of its cutting.
 */
export const CorpusManifest = z.object({
  v: z.literal(1),
  version: z.string(),
  messages: z.number().int().nonnegative(),
  sources: z.number().int().nonnegative(),
  quarantinedSources: z.number().int().nonnegative(),
  counts: SourceCounts,
  days: z.array(
    z.object({
      day: z.string(),
      hash: Sha256,
      messages: z.number().int().nonnegative(),
      segments: z.array(Segment),
    }),
  ),
});
export type CorpusManifest = z.infer<typeof CorpusManifest>;

/** The pointer item `CORPUS#<agent> / VERSION`: the one thing that a conditional write moves. */
export const CorpusPointer = z.object({
  version: z.string(),
  manifestKey: z.string(),
  messages: z.number().int(),
  days: z.number().int(),
  sources: z.number().int(),
  quarantined: z.number().int(),
  /** Grows by one with every move; the condition of the next one. */
  revision: z.number().int(),
});
export type CorpusPointer = z.infer<typeof CorpusPointer>;
