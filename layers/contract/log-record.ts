import * as z from 'zod';
import { Sha256 } from './ids.ts';

const Count = z.int().nonnegative();

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

/**
 * One immutable, sorted, zstd-compressed NDJSON object: a run of one source's messages of one UTC day
 * (`<agent>/corpus/segments/<day>/<sha256>.ndjson.zst`, any number of frames). Order within is (ts, position in the source). `sha256` is of the
 * uncompressed lines, so it names the content whatever compressed it; `bytes` is the compressed size.
 */
export const Segment = z.object({
  key: z.string(),
  source: z.string(),
  sha256: Sha256,
  bytes: Count,
  messages: Count,
});
export type Segment = z.infer<typeof Segment>;

/**
 * What became of one source: read = messages + notMessages + quarantined, always (duplicates fall later, at the merge).
 * A file refused whole counts as one piece read and quarantined. `cut` and `reencoded` are among those read: texts
 * shortened to MAX_TEXT_CHARS, and lines that were no UTF-8 and were read as Windows-1252.
 */
export const SourceCounts = z.object({
  read: Count,
  messages: Count,
  notMessages: Count,
  quarantined: Count,
  cut: Count,
  reencoded: Count,
});
export type SourceCounts = z.infer<typeof SourceCounts>;

/** One line of `<agent>/quarantine/<source>.ndjson`. `offset` in bytes, `line` from 1; `head` is at most 200 bytes, escaped. */
export const QuarantineEntry = z.object({
  file: z.string(),
  offset: Count,
  line: z.int().positive(),
  reason: z.string(),
  head: z.string(),
});
export type QuarantineEntry = z.infer<typeof QuarantineEntry>;

/** What one source holds (`<agent>/corpus/sources/<sha256 of this>.json`). Runs of one day stand in order of position. */
export const SourceListing = z.object({
  v: z.literal(1),
  source: z.string(),
  counts: SourceCounts,
  segments: z.array(Segment.extend({ day: z.string() })),
});
export type SourceListing = z.infer<typeof SourceListing>;

/**
 * How far a source was read (`<agent>/corpus/progress/<sha256 of this>.json`): everything before `offset`, a record's beginning.
 * Offsets and lines in `entries` are the source's own.
 */
export const SourceProgress = z.object({
  v: z.literal(1),
  source: z.string(),
  engine: z.int(),
  /** The first line's hash: which life of the file this is. */
  generation: z.string().optional(),
  /** How the borders between records look, once it was needed (`borders.ts`). */
  border: z.string().optional(),
  /** Decompressed bytes. */
  offset: Count,
  /** Lines that end before `offset`. */
  lines: Count,
  counts: SourceCounts,
  segments: z.array(Segment.extend({ day: z.string() })),
  entries: z.array(QuarantineEntry),
  /** Key of the bytes from `offset` on that were read already, but may not be complete (growing logs only). */
  tail: z.string().optional(),
});
export type SourceProgress = z.infer<typeof SourceProgress>;

/**
 * The item `CORPUS#<agent> / SOURCE#<source>`: the newest upload of that source which was collected, or its removal.
 * `sequence` is S3's sequencer, padded so that it sorts, or for a growing log the number of bytes read, padded; `engine` is the version of the parsers that read it.
 */
export const SourceItem = z.object({
  source: z.string(),
  sequence: z.string(),
  eTag: z.string(),
  engine: z.int(),
  /** Key of the SourceListing; absent when the upload was removed. */
  listing: z.string().optional(),
  /** Why the whole file was refused. */
  refused: z.string().optional(),
  /** Readers that died of it, when it was refused for that. */
  deaths: z.int().positive().optional(),
  counts: SourceCounts,
  /** Which life of a growing log it holds, and how much of it in decompressed bytes. */
  generation: z.string().optional(),
  bytes: Count.optional(),
  /** Of a growing log: key of its SourceProgress, and the offset of the batch read last. */
  progress: z.string().optional(),
  lastBatch: Count.optional(),
});
export type SourceItem = z.infer<typeof SourceItem>;

/**
 * How often different things came: those with the lowest hashes (`core/logs/sample.ts`), in order of hash, each with its exact number.
 * Unless `isFull` these are all there were; else a fair sample of 1,024.
 */
export const Sample = z.object({
  isFull: z.boolean(),
  counts: z.array(z.tuple([z.string(), z.int().positive()])),
});
export type Sample = z.infer<typeof Sample>;

/**
 * What was said in a day (`<agent>/corpus/statistics/<day>/<the day's hash>.json`) or in the whole corpus
 * (`<agent>/corpus/statistics/<version>.json`), copies removed. Those of several days add up to those of all, in whatever order.
 */
export const Statistics = z.object({
  v: z.literal(1),
  messages: Count,
  /** Unicode characters. */
  chars: Count,
  /** Messages by hour of the day, UTC. */
  hours: z.array(Count).length(24),
  /** Messages by length: at n those of 2^(n-1) to 2^n - 1 characters, at 0 the empty ones. */
  lengths: z.array(Count).length(14),
  /** Messages by user. */
  users: Sample,
  /** Words of 2 to 32 letters and digits, in lower case. */
  words: Sample,
});
export type Statistics = z.infer<typeof Statistics>;

/**
 * The corpus at one moment (`<agent>/corpus/manifests/<sha256 of this>.json`): days in ascending order, each with its segments
 * and `hash`, a sha256 over the day's merged lines. `version` is a sha256 over the days' hashes: of the content, not of its cutting.
 */
export const CorpusManifest = z.object({
  v: z.literal(1),
  version: Sha256,
  messages: Count,
  sources: Count,
  quarantinedSources: Count,
  counts: SourceCounts,
  /** Source to the key of the listing which stands in `days`. */
  applied: z.record(z.string(), z.string()),
  days: z.array(
    z.object({
      day: z.string(),
      hash: Sha256,
      messages: Count,
      segments: z.array(Segment),
      /** The day's merged lines as one object, once compaction has made it: readers need no other. */
      merged: Segment.optional(),
      /** Key of the day's Statistics, once compaction has made them. */
      statistics: z.string().optional(),
    }),
  ),
  /** Key of the Statistics of all days, once compaction has made them. */
  statistics: z.string().optional(),
});
export type CorpusManifest = z.infer<typeof CorpusManifest>;

/** The pointer item `CORPUS#<agent> / VERSION`: the one thing that a conditional write moves. */
export const CorpusPointer = z.object({
  version: Sha256,
  manifestKey: z.string(),
  messages: z.int(),
  days: z.int(),
  sources: z.int(),
  /** Lines, records and whole files that could not be read. */
  quarantined: z.int(),
  /** Grows by one with every move; the condition of the next one. */
  revision: z.int(),
});
export type CorpusPointer = z.infer<typeof CorpusPointer>;

/** The most nicks on one list of opt-outs: it is one item, of at most 400 KB. */
export const MOST_OPT_OUTS = 5_000;

/**
 * The item `CORPUS#<agent> / OPTOUTS`: people who may not appear in what is made of the logs, as `core/privacy` folds their nicks.
 * `revision` grows by one with every change and tells nothing of who is on it.
 */
export const OptOuts = z.object({
  revision: Count,
  /** DynamoDB knows no empty set. */
  nicks: z.set(z.string()).default(new Set()),
});
export type OptOuts = z.infer<typeof OptOuts>;

/**
 * The item `CORPUS#<agent> / TURN`: rebuilds of the manifest take turns, and whoever waits for one that began after it came need not
 * rebuild at all. It only saves work: the pointer's revision is what keeps rebuilds from each other.
 */
export const RebuildTurn = z.object({
  /** Grows by one with each turn that is taken. */
  number: Count,
  /** Milliseconds since 1970 after which the turn counts as free; 0 when it was given back. */
  until: Count,
  /** The last turn that ended well. */
  done: Count,
});
export type RebuildTurn = z.infer<typeof RebuildTurn>;
