import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from '../local/economy/connection.ts';
import { readAll, unfinished } from '../local/economy/progress.ts';
import { writeSyntheticChat } from '../local/economy/synthetic-chat.ts';
import { type Collected, collectLogs, logFilesIn } from '../local/economy/uploads.ts';

/** So many days of made-up chat are held back for an economy that is not done with the last: deals may be stuck. */
const MOST_WAITS = 5;

/** Made-up chat, a day every so many seconds. */
interface Stream {
  readonly folder: string;
  readonly seed: number;
  readonly seconds: number;
}

interface Listener {
  readonly clients: Clients;
  /** The corpus as it stands. */
  readonly collected: Collected;
  readonly stopping: AbortSignal;
  readonly onDay: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** Goes on streaming until it is told to stop. */
export async function goOn(
  { folder, seed, seconds }: Stream,
  { clients, collected, stopping, onDay, onTrouble }: Listener,
): Promise<void> {
  let { version } = collected.pointer;
  let waits = 0;
  while (await elapsed(seconds * 1000, stopping)) {
    try {
      // of a corpus that grows before its chain is done, what is made last is never sold
      const isDone = unfinished(await readAll(clients), version.slice(0, 16)).length === 0;
      waits = isDone ? 0 : (waits + 1) % MOST_WAITS;
      if (waits > 0) continue;
      const day = (await logFilesIn(folder)).length;
      await writeSyntheticChat(folder, { from: day, to: day + 1, seed });
      onDay();
      const files = await logFilesIn(folder);
      ({ version } = (await collectLogs(files, { clients, onProgress: () => undefined })).pointer);
    } catch (error) {
      // a day that was not collected is missing still, and goes with the next one: no reason to end the economy
      onTrouble(error);
    }
  }
}

/** False when a signal came before the time was over. */
export function elapsed(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
