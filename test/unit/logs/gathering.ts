import type { LogRecord } from '#contract/log-record.ts';
import { type Gathered, gather } from '#core/logs/gather.ts';
import { clockOf } from '#core/logs/time.ts';
import type { LogShelf, Scratch } from '#core/ports/log-shelf.ts';
import { codec } from './house.ts';
import { bytesOf, recordsOf } from './reading.ts';

export class FixedScratch implements Scratch {
  writes = 0;
  #bytes: Uint8Array = new Uint8Array();

  write(bytes: Uint8Array): number {
    this.writes += 1;
    const at = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return at;
  }

  read(at: number, into: Uint8Array): void {
    into.set(this.#bytes.subarray(at, at + into.length));
  }
}

/** Collects files that are in memory; gives the corpus as it was written. */
export async function gatherAll(
  files: Readonly<Record<string, string | Uint8Array>>,
  { heldBytes = 1_000_000, scratch = new FixedScratch(), chunk = 1000 } = {},
): Promise<Gathered & { lines: LogRecord[]; documents: Map<string, string> }> {
  const days = new Map<string, Uint8Array>();
  const documents = new Map<string, string>();
  const shelf: LogShelf = {
    begin: (day) => {
      const pieces: Uint8Array[] = [];
      return {
        write: (bytes) => void pieces.push(bytes.slice()),
        seal: (sha256) => {
          const bytes = Buffer.concat(pieces);
          if (codec.sha256(bytes) !== sha256) throw new Error('The hash is of something else.');
          days.set(day, bytes);
          return { key: day, bytes: bytes.length };
        },
      };
    },
    document: (name, text) => void documents.set(name, text),
  };
  const gathered = await gather(
    Object.entries(files).map(([name, content]) => ({
      name,
      open: () => inChunks(typeof content === 'string' ? bytesOf(content) : content, chunk),
    })),
    { clock: clockOf('UTC'), codec, scratch, shelf, heldBytes },
  );
  return { ...gathered, lines: recordsOf(Buffer.concat([...days.values()])), documents };
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.slice(at, at + size));
  }
}
