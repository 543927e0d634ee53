import * as z from 'zod';
import {
  CorpusManifest,
  LogRecord,
  QuarantineEntry,
  SourceListing,
  Statistics,
} from '#contract/log-record.ts';

const PUBLISHED = {
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
} as const satisfies Record<string, readonly [z.ZodType, string]>;

/** File names below `docs/schemas`, with their text: JSON Schema, draft 2020-12. Writers may add fields later, so readers allow them. */
export function logSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(PUBLISHED).map(([name, [schema, description]]) => {
      const json = z.toJSONSchema(schema, { io: 'input' });
      const text = JSON.stringify({ ...json, title: name, description }, undefined, 2);
      return [`${name}.schema.json`, `${text}\n`];
    }),
  );
}
