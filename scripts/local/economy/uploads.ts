import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesBelow } from '#adapters/logs/folder.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { standing } from '#core/logs/standing.ts';
import type { CorpusView } from '#core/ports/corpus.ts';
import { eTagOf, type LogFile, uploadFiles } from '../../viva/logs/uploader.ts';
import { CannotStart } from '../cloud/cannot-start.ts';
import type { Clients } from './connection.ts';

/** A file whose collection shows nothing for so long is uploaded again: its notification died with a queue. */
const PATIENCE_MS = 20_000;
const MAX_ROUNDS = 5;

export interface Collected {
  readonly pointer: CorpusView;
  readonly files: number;
  /** Sources that were refused whole, with the reason. */
  readonly refused: readonly { readonly source: string; readonly reason: string }[];
}

/**
 * The files below `dir` as sources.
 * @param onPassedOver what lies there and is no file that can be a source
 * @throws CannotStart when the folder is missing, unreadable or holds no file
 */
export async function logFilesIn(
  dir: string,
  onPassedOver: (name: string) => void = () => undefined,
): Promise<readonly LogFile[]> {
  try {
    const { files, passedOver } = await filesBelow(dir);
    for (const name of passedOver) onPassedOver(name);
    if (files.length === 0)
      throw new CannotStart(
        `The log folder ${dir} holds no file: put chat logs there, or name another one.`,
      );
    return files.map(({ path, name }) => ({ path, source: name }));
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotStart(
      `The log folder ${dir} cannot be read (${why}): name a folder with chat logs.`,
      { cause: error },
    );
  }
}

/** Uploads what is not collected yet, exactly as an owner would, and waits until all of it is in the corpus or in quarantine. */
export async function collectLogs(
  files: readonly LogFile[],
  {
    clients,
    onProgress,
  }: { readonly clients: Clients; readonly onProgress: (done: number, total: number) => void },
): Promise<Collected> {
  const eTags = new Map<string, string>();
  for (const { path, source } of files) eTags.set(source, await eTagOf(path));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { missing } = await progress(eTags, clients);
    const { objects } = clients;
    // what is stored but not collected lost its notification with a queue: stored again it is told of again
    await uploadFiles(
      files.filter(({ source }) => missing.has(source)),
      { target: { objects, agent: COLLECTOR }, again: () => true },
    );
    const done = await settle(eTags, { clients, onProgress });
    // as the agents see it: their generations are named after it
    const pointer = done && (await clients.corpus.pointer(COLLECTOR));
    if (pointer) return { pointer, refused: done.refused, files: files.length };
  }
  throw new CannotStart(
    'The logs were uploaded, but not collected: the log of room collect-logs in the state folder says why.',
  );
}

async function settle(
  eTags: ReadonlyMap<string, string>,
  {
    clients,
    onProgress,
  }: { readonly clients: Clients; readonly onProgress: (done: number, total: number) => void },
): Promise<Pick<Collected, 'refused'> | undefined> {
  let left = eTags.size + 1;
  let since = Date.now();
  for (;;) {
    const { missing, pointer, refused } = await progress(eTags, clients);
    if (missing.size < left) {
      left = missing.size;
      since = Date.now();
      onProgress(eTags.size - left, eTags.size);
    }
    if (left === 0 && pointer !== undefined) return { refused };
    if (Date.now() - since > PATIENCE_MS) return undefined;
    await sleep(150);
  }
}

/** What of these uploads the manifest does not show yet. */
async function progress(eTags: ReadonlyMap<string, string>, { pointers, objects }: Clients) {
  const pointer = await pointers.pointer(COLLECTOR);
  const applied = pointer ? (await readManifest(pointer.manifestKey, objects)).applied : {};
  const missing = new Set(eTags.keys());
  const refused: { source: string; reason: string }[] = [];
  const items = await Array.fromAsync(pointers.sources(COLLECTOR));
  const stands = new Set(standing(items));
  for (const item of items) {
    const isIn =
      item.eTag === eTags.get(item.source) &&
      (item.listing === applied[item.source] || !stands.has(item));
    if (isIn) missing.delete(item.source);
    if (isIn && item.refused !== undefined)
      refused.push({ source: item.source, reason: item.refused });
  }
  return { pointer, missing, refused };
}

/** True when the path names an existing folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
