import { batchOf } from '#contract/keys.ts';
import type { SourceItem } from '#contract/log-record.ts';
import { putListing, putQuarantine } from './collect.ts';
import { ENGINE } from './parse.ts';
import type { LogEvent, Services, Taken } from './take.ts';
import { NO_COUNTS } from './tally.ts';

/** So many readers may die of an upload before it is set aside. */
const MOST_DEATHS = 3;
const REMEMBERED_MS = 14 * 24 * 3_600_000;
const ONE = { ...NO_COUNTS, read: 1, quarantined: 1 };

type Guarding = Services & { readonly now: () => Date };

/** How many readers have died of the upload, as far as it is known. */
export function deathsOf(event: LogEvent, { pointers }: Services): Promise<number> {
  return pointers.attempts(event.agent, attemptOf(event));
}

/**
 * Reads an upload of which an earlier reader may have died. That it is being read is noted before, and forgotten afterwards: an upload
 * that kills its reader again and again is set aside, and what came with it goes on. A failure that is thrown is no death.
 */
export async function guarded(
  event: LogEvent,
  services: Guarding,
  read: () => Promise<Taken>,
): Promise<Taken> {
  const { pointers, now } = services;
  const id = attemptOf(event);
  const deaths = await pointers.beginAttempt(
    event.agent,
    id,
    new Date(now().getTime() + REMEMBERED_MS),
  );
  if (deaths >= MOST_DEATHS) return setAside(event, deaths, services);
  try {
    return await read();
  } finally {
    await pointers.endAttempts(event.agent, id);
  }
}

/** One upload, as other parsers may do better. */
function attemptOf({ source, sequence }: LogEvent): string {
  return `${ENGINE}#${source}#${sequence}`;
}

/** A growing log stays as far as it was read until its next batch comes; a file is refused, until it is uploaded again. */
async function setAside(event: LogEvent, deaths: number, services: Guarding): Promise<Taken> {
  const { agent, source, sequence, eTag } = event;
  const refused = `killed its reader ${deaths} times`;
  const entry = { file: source, offset: 0, line: 1, reason: refused, head: '' };
  await putQuarantine({ agent, source, hadQuarantine: true }, [entry], services);
  if (batchOf(source) !== undefined) return { outcome: 'refused', counts: ONE };
  const listing = await putListing(agent, { v: 1, source, counts: ONE, segments: [] }, services);
  const item: SourceItem = {
    source,
    sequence,
    eTag,
    engine: ENGINE,
    listing,
    refused,
    deaths,
    counts: ONE,
  };
  if (!(await services.pointers.record(agent, item)))
    return { outcome: 'outrun', counts: NO_COUNTS };
  await services.pointers.endAttempts(agent, attemptOf(event));
  return { outcome: 'refused', counts: ONE };
}
