import { appendFileSync, createReadStream, mkdirSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { objectKey } from '#contract/keys.ts';
import { COLLECTOR } from '#contract/roster.ts';
import type { Objects } from '#core/ports/objects.ts';
import type { Overheard } from './overheard.ts';
import { pause } from './pause.ts';

export interface ChannelLogOptions {
  /** A folder of its own. */
  readonly dir: string;
  readonly objects: Pick<Objects, 'write'>;
  /** Of this life of the relay: two write no object of the same name. */
  readonly life: string;
  readonly everyMs: number;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

/**
 * What people say, as objects of karma-hello's logs: one for each channel and period,
 * `kk-karma-hello/logs/irc/<channel>/<start of the period, UTC>-<life>.jsonl`, of lines `{ts, sender, channel, content, kind}`. Until a
 * period is over its lines lie on disk, each by the end of the turn in which it came; those of an earlier life are uploaded as they are
 * found.
 */
export class ChannelLog {
  readonly #options: ChannelLogOptions;
  #pending = new Map<string, string[]>();
  /** One at a time: a file is not taken away under another's hands. */
  #uploading = Promise.resolve();

  constructor(options: ChannelLogOptions) {
    this.#options = options;
  }

  add({ ts, sender, channel, text, kind }: Overheard): void {
    const path = join(folderOf(channel), `${this.#period(Date.now())}-${this.#options.life}.jsonl`);
    const lines = this.#pending.get(path) ?? [];
    if (this.#pending.size === 0) {
      setImmediate(() => {
        this.#flush();
      });
    }
    this.#pending.set(path, lines);
    lines.push(JSON.stringify({ ts: ts.toISOString(), sender, channel, content: text, kind }));
  }

  /** Uploads what is over, again and again, until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#upload(this.#period(Date.now()));
      await pause(Math.min(this.#options.everyMs, 60_000), signal);
    }
  }

  /** Uploads everything. What cannot be waits on disk for the next life. */
  async drain(): Promise<void> {
    this.#flush();
    await this.#upload('~');
  }

  #flush(): void {
    const { dir, onEvent } = this.#options;
    for (const [path, lines] of this.#pending) {
      try {
        mkdirSync(join(dir, path, '..'), { recursive: true });
        appendFileSync(join(dir, path), `${lines.join('\n')}\n`);
      } catch (error) {
        onEvent('line-dropped', { because: String(error), lines: lines.length });
      }
    }
    this.#pending = new Map();
  }

  /** All files of periods before one. */
  #upload(period: string): Promise<void> {
    this.#uploading = this.#uploading.then(() => this.#uploadAll(period));
    return this.#uploading;
  }

  async #uploadAll(period: string): Promise<void> {
    const { dir, onEvent } = this.#options;
    try {
      await mkdir(dir, { recursive: true });
      const paths = (await readdir(dir, { recursive: true })).toSorted();
      for (const path of paths) {
        if (path.endsWith('.jsonl') && basename(path) < period) await this.#uploadFile(path);
      }
    } catch (error) {
      onEvent('away', { because: String(error) });
    }
  }

  /** One that cannot be put away keeps no other from it. */
  async #uploadFile(path: string): Promise<void> {
    const { dir, objects, onEvent } = this.#options;
    try {
      const body = createReadStream(join(dir, path));
      await objects.write(objectKey.log(COLLECTOR, `irc/${path}`), body, 'application/x-ndjson');
      await rm(join(dir, path));
    } catch (error) {
      onEvent('away', { because: String(error), file: path });
    }
  }

  #period(now: number): string {
    const { everyMs } = this.#options;
    const start = new Date(Math.floor(now / everyMs) * everyMs).toISOString();
    return start.slice(0, 19).replaceAll(':', '');
  }
}

/** A channel's name as a folder's: nobody can name one so that it leads elsewhere. */
function folderOf(channel: string): string {
  return channel
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '_')
    .slice(0, 60);
}
