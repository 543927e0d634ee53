import type { AgentId } from '#contract/ids.ts';
import { AgentId as AgentIdSchema } from '#contract/ids.ts';
import type { SourceCounts, SourceItem } from '#contract/log-record.ts';
import { type S3EventRecord, sequenceOf, uploadedKey } from '#contract/s3-event.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import { collect } from './collect.ts';
import { ENGINE } from './parse.ts';
import type { Store } from './read.ts';
import { NO_COUNTS } from './tally.ts';
import type { Clock } from './time.ts';

/** What happened to one object under some agent's `logs/`. */
export interface LogEvent {
  readonly agent: AgentId;
  readonly source: string;
  readonly key: string;
  readonly eTag: string;
  readonly sequence: string;
  readonly isRemoval: boolean;
}

/**
 * collected, refused (whole file quarantined), removed; or nothing was to be done: unchanged (this content is in), outrun (a later
 * event of the object is in), changed (replaced meanwhile: its own event comes), gone (deleted meanwhile: what is in stays).
 */
export type Outcome =
  | 'collected'
  | 'refused'
  | 'removed'
  | 'unchanged'
  | 'outrun'
  | 'changed'
  | 'gone';

export interface Taken {
  readonly outcome: Outcome;
  readonly counts: SourceCounts;
}

export type Services = Store & { readonly pointers: CorpusPointers; readonly clock: Clock };

/** Undefined for keys that are no agent's logs. */
export function logEventOf(record: S3EventRecord): LogEvent | undefined {
  const key = uploadedKey(record);
  const [, owner, source] = /^([^/]+)\/logs\/(.*[^/])$/s.exec(key) ?? [];
  const agent = AgentIdSchema.safeParse(owner);
  if (!agent.success || source === undefined) return undefined;
  return {
    agent: agent.data,
    source,
    key,
    eTag: record.s3.object.eTag ?? '',
    sequence: sequenceOf(record),
    isRemoval: record.eventName.includes('ObjectRemoved:'),
  };
}

/** Reads one upload into the store and records it as its source's newest. The manifest is not touched: see `rebuild`. */
export async function take(event: LogEvent, services: Services): Promise<Taken> {
  const known = await services.pointers.source(event.agent, event.source);
  if (known !== undefined && known.sequence > event.sequence) return nothing('outrun');
  if (event.isRemoval) return remove(event, services);
  if (known !== undefined && isSame(known, event)) {
    // the same bytes uploaded again: only an older event must not win any more
    await services.pointers.record(event.agent, { ...known, sequence: event.sequence });
    return nothing('unchanged');
  }
  return read(event, services, known);
}

function isSame({ eTag, engine, listing }: SourceItem, event: LogEvent): boolean {
  return eTag === event.eTag && engine === ENGINE && listing !== undefined;
}

async function remove(event: LogEvent, { pointers }: Services): Promise<Taken> {
  const { agent, source, sequence } = event;
  const item = { source, sequence, eTag: '', engine: ENGINE, counts: NO_COUNTS };
  return nothing((await pointers.record(agent, item)) ? 'removed' : 'outrun');
}

async function read(
  { agent, source, key, eTag, sequence }: LogEvent,
  services: Services,
  known: SourceItem | undefined,
): Promise<Taken> {
  const bytes = await services.objects.open(key, eTag === '' ? {} : { eTag });
  if (bytes === undefined) return nothing('gone');
  if (bytes === 'changed') return nothing('changed');
  const hadQuarantine = known !== undefined && known.counts.quarantined > 0;
  const { listing, counts, refused } = await collect(
    { agent, source, bytes, hadQuarantine },
    services,
  );
  const item: SourceItem = { source, sequence, eTag, engine: ENGINE, listing, counts };
  const isRecorded = await services.pointers.record(
    agent,
    refused === undefined ? item : { ...item, refused },
  );
  if (!isRecorded) return nothing('outrun');
  return { outcome: refused === undefined ? 'collected' : 'refused', counts };
}

function nothing(outcome: Outcome): Taken {
  return { outcome, counts: NO_COUNTS };
}
