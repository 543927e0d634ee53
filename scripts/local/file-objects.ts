import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { ObjectHead, Objects } from '#core/ports/objects.ts';

/** Objects as files under one folder: the port without a server, for tests and benchmarks of what reads and writes through it. */
export class FileObjects implements Objects {
  readonly #root: string;
  #writes = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async open(
    key: string,
    { from = 0 }: { readonly from?: number } = {},
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.head(key)) && createReadStream(this.#path(key), { start: from });
  }

  async read(key: string, maxBytes = 8 * 1024 * 1024): Promise<Uint8Array | undefined> {
    const head = await this.head(key);
    if (!head) return undefined;
    if (head.size > maxBytes) throw new Error(`${key} has ${head.size} bytes, over ${maxBytes}.`);
    return readFile(this.#path(key));
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const found = await stat(this.#path(key)).catch(() => undefined);
    return found && { key, size: found.size, eTag: `${found.mtimeMs}` };
  }

  async write(key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    this.#writes += 1;
    const path = this.#path(key);
    const partial = `${path}.${this.#writes}.partial`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(partial, body);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async put(
    key: string,
    body: Uint8Array,
    options: { readonly contentType: string; readonly ifAbsent?: boolean },
  ): Promise<boolean> {
    if (options.ifAbsent === true && (await this.head(key))) return false;
    await mkdir(dirname(this.#path(key)), { recursive: true });
    await writeFile(this.#path(key), body);
    return true;
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await rm(this.#path(key), { force: true });
  }

  async *list(
    prefix: string,
    { after = '' }: { readonly after?: string } = {},
  ): AsyncGenerator<ObjectHead & { readonly modified: Date }> {
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)));
    for (const key of keys.filter((one) => one.startsWith(prefix) && one > after).sort()) {
      const head = await this.head(key);
      if (head) yield { ...head, modified: (await stat(this.#path(key))).mtime };
    }
  }

  presign(key: string): Promise<string> {
    return Promise.resolve(`file://${this.#path(key)}`);
  }

  #path(key: string): string {
    return join(this.#root, key);
  }
}
