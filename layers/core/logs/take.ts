import type { AgentId } from '#contract/ids.ts';
import { AgentId as AgentIdSchema } from '#contract/ids.ts';
import { batchOf, type LogBatch } from '#contract/keys.ts';
import type { SourceCounts, SourceItem } from '#contract/log-record.ts';
import { type S3EventRecord, sequenceOf, uploadedKey } from '#contract/s3-event.ts';
import type { CorpusPointers } from '../ports/corpus-pointers.ts';
import { ENGINE } from './parse.ts';
import type { Reading } from './read-on.ts';
import { takeBatch } from './take-batch.ts';
import { readWhole } from './take-whole.ts';
import { NO_COUNTS } from './tally.ts';

/** What happened to one object under some agent's `logs/`. */
export interface LogEvent {
  readonly agent: AgentId;
  readonly source: string;
  readonly key: string;
  readonly eTag: string;
  /** Bytes as stored; asked of S3 when the event does not say. */
  readonly size?: number;
  readonly sequence: string;
  readonly isRemoval: boolean;
}

/**
 * collected, refused (whole file quarantined), removed, unfinished (time ran out: `progress` says from where to read on); or
 * nothing was to be read: unchanged (this event is known), same (uploaded again with the same content), outrun (a later event of the object is in), changed (replaced meanwhile:
 * its own event comes), gone (deleted meanwhile: what is in stays), early (batches before this one have yet to come).
 */
export type Outcome =
  | 'collected'
  | 'refused'
  | 'removed'
  | 'unfinished'
  | 'unchanged'
  | 'same'
  | 'outrun'
  | 'changed'
  | 'gone'
  | 'early';

export interface Taken {
  readonly outcome: Outcome;
  /** Of what was read now, less what of it was known before. */
  readonly counts: SourceCounts;
  /** Of an unfinished file. */
  readonly progress?: string;
}

export type Services = Reading & { readonly pointers: CorpusPointers };

/** Undefined for keys that are no agent's logs. */
export function logEventOf(record: S3EventRecord): LogEvent | undefined {
  const key = uploadedKey(record);
  const [, owner, source] = /^([^/]+)\/logs\/(.*[^/])$/s.exec(key) ?? [];
  const agent = AgentIdSchema.safeParse(owner);
  if (!agent.success || source === undefined) return undefined;
  const { size, eTag = '' } = record.s3.object;
  return {
    agent: agent.data,
    source,
    key,
    eTag,
    ...(size === undefined ? {} : { size }),
    sequence: sequenceOf(record),
    isRemoval: record.eventName.includes('ObjectRemoved:'),
  };
}

/**
 * Reads one upload into the store and records it as its source's newest. The manifest is not touched: see `rebuild`.
 * @param progress from where to read on, if it was begun before
 */
export async function take(event: LogEvent, services: Services, progress?: string): Promise<Taken> {
  const batch = batchOf(event.source);
  return batch === undefined
    ? takeFile(event, services, progress)
    : takeBatchEvent(event, batch, services);
}

async function takeFile(
  event: LogEvent,
  services: Services,
  progress: string | undefined,
): Promise<Taken> {
  const known = await services.pointers.source(event.agent, event.source);
  if (known !== undefined && known.sequence > event.sequence) return nothing('outrun');
  if (event.isRemoval) return remove(event, services);
  if (known !== undefined && isSame(known, event)) {
    // the same bytes uploaded again: only an older event must not win any more
    if (known.sequence === event.sequence) return nothing('unchanged');
    // whoever uploads again what was set aside wants it tried again
    if (known.deaths !== undefined) return readWhole(event, services, { known, progress });
    await services.pointers.record(event.agent, { ...known, sequence: event.sequence });
    return nothing('same');
  }
  return readWhole(event, services, { known, progress });
}

/** What was collected stays when a batch is deleted: a batch is how bytes came, not a source. */
async function takeBatchEvent(
  event: LogEvent,
  batch: LogBatch,
  services: Services,
): Promise<Taken> {
  return event.isRemoval ? nothing('unchanged') : takeBatch(event, batch, services);
}

function isSame({ eTag, engine, listing }: SourceItem, event: LogEvent): boolean {
  return eTag === event.eTag && engine === ENGINE && listing !== undefined;
}

async function remove(event: LogEvent, { pointers }: Services): Promise<Taken> {
  const { agent, source, sequence } = event;
  const item = { source, sequence, eTag: '', engine: ENGINE, counts: NO_COUNTS };
  return nothing((await pointers.record(agent, item)) ? 'removed' : 'outrun');
}

function nothing(outcome: Outcome): Taken {
  return { outcome, counts: NO_COUNTS };
}
