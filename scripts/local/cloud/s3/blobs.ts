import { randomUUID } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  openSync,
  type ReadStream,
  readdirSync,
  rmSync,
} from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const Bytes = z.instanceof(Uint8Array);

/** The bytes of objects, one file each, never changed once written. A file nobody refers to does not exist for clients. */
export class Blobs {
  readonly #dir: string;

  /** Removes the files not in `known`: what a killed process had not finished. */
  constructor(dir: string, known: ReadonlySet<string>) {
    this.#dir = join(dir, 'objects');
    mkdirSync(this.#dir, { recursive: true });
    for (const name of readdirSync(this.#dir)) {
      if (!known.has(name)) rmSync(join(this.#dir, name));
    }
  }

  /** Writes a new file through `fill`; when `fill` or the disk fails, nothing is left of it. */
  async write<Result>(
    fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<Result>,
  ): Promise<Result & { readonly blob: string }> {
    const blob = randomUUID();
    const file = await open(join(this.#dir, blob), 'wx');
    try {
      const result = await fill((bytes) => file.writeFile(bytes));
      return { ...result, blob };
    } catch (error) {
      await this.remove([blob]);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Opened at once, so that a replacement meanwhile does not disturb the reader. `end` is inclusive. */
  read(blob: string, range: { readonly start: number; readonly end: number }): ReadStream {
    return createReadStream('', { fd: openSync(join(this.#dir, blob), 'r'), ...range });
  }

  /** All bytes of a file. */
  async *pieces({ blob, size }: { readonly blob: string; readonly size: number }) {
    if (size === 0) return;
    for await (const piece of this.read(blob, { start: 0, end: size - 1 }))
      yield Bytes.parse(piece);
  }

  async remove(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) await rm(join(this.#dir, blob), { force: true });
  }
}
