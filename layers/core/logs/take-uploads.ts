import { batchOf, batchSource } from '#contract/keys.ts';
import { atOnce } from './at-once.ts';
import { deathsOf, guarded } from './attempts.ts';
import { type LogEvent, type Services, type Taken, take } from './take.ts';

/** What is not small is read alone: memory is what small ones share. */
const SMALL_BYTES = 1024 * 1024;

export interface Upload {
  readonly event: LogEvent;
  /** From where to read on, if it was begun before. */
  readonly progress?: string;
  /** An earlier reader of it, or of what came with it, may have died. */
  readonly isSuspect: boolean;
}

export interface Ends<U extends Upload> {
  /** Failures of these count as the upload's own. */
  readonly onTaken: (upload: U, taken: Taken) => Promise<void>;
  readonly onFailed: (upload: U, error: unknown) => void;
}

type Taking = Services & { readonly now: () => Date };

/**
 * Takes uploads that came together. Small ones of different sources are read at once. Suspects come last and one after the other, with
 * a note of which is being read, so that whoever is killed by one has taken the others.
 */
export async function takeUploads<U extends Upload>(
  uploads: readonly U[],
  services: Taking,
  { onTaken, onFailed }: Ends<U>,
): Promise<void> {
  const run = async (upload: U, read: () => Promise<Taken>): Promise<void> => {
    try {
      await onTaken(upload, await read());
    } catch (error) {
      onFailed(upload, error);
    }
  };
  const plainly = (upload: U): Promise<Taken> => take(upload.event, services, upload.progress);
  await inLanes(
    uploads.filter(({ isSuspect }) => !isSuspect),
    (upload) => run(upload, () => plainly(upload)),
  );
  for (const { upload } of await byDeaths(uploads, services))
    await run(upload, () => guarded(upload.event, services, () => plainly(upload)));
}

/** Somebody died of one of these: whatever came with it should come each by itself before the queue gives all of them up. */
export async function areDeadly(uploads: readonly Upload[], services: Services): Promise<boolean> {
  return (await byDeaths(uploads, services)).some(({ deaths }) => deaths > 0);
}

async function byDeaths<U extends Upload>(uploads: readonly U[], services: Services) {
  const suspects = uploads.filter(({ isSuspect }) => isSuspect);
  const known = await Promise.all(
    suspects.map(async (upload) => ({ upload, deaths: await deathsOf(upload.event, services) })),
  );
  return known.toSorted((a, b) => a.deaths - b.deaths);
}

/** Uploads of one source one after the other, small ones of several at once. `run` does not throw. */
async function inLanes<U extends Upload>(
  uploads: readonly U[],
  run: (upload: U) => Promise<void>,
): Promise<void> {
  const lanes = [...Map.groupBy(uploads, ({ event }) => laneOf(event)).values()];
  const runLane = async (lane: readonly U[]): Promise<void> => {
    for (const upload of lane) await run(upload);
  };
  await atOnce(lanes.filter(isSmall), runLane);
  for (const lane of lanes) if (!isSmall(lane)) await runLane(lane);
}

function isSmall(lane: readonly Upload[]): boolean {
  return lane.every(({ event }) => (event.size ?? 0) <= SMALL_BYTES);
}

function laneOf({ agent, source }: LogEvent): string {
  const batch = batchOf(source);
  return `${agent}/${batch === undefined ? source : batchSource(batch)}`;
}
