import {
  CorpusManifest,
  LogRecord,
  QuarantineEntry,
  SourceListing,
  Statistics,
} from '#contract/log-record.ts';
import type { Published } from './published.ts';

/** What the collector publishes. */
export const LOG_SHAPES = {
  'log-record': [
    LogRecord,
    'One message of the corpus: a line of a segment and of product raw_logs.',
  ],
  'corpus-manifest': [CorpusManifest, 'The corpus at one moment.'],
  'source-listing': [SourceListing, 'What one uploaded source holds.'],
  statistics: [Statistics, 'What was said in a day, or in all days.'],
  'quarantine-entry': [
    QuarantineEntry,
    'One piece that could not be read: a line of a quarantine object.',
  ],
} as const satisfies Published;
