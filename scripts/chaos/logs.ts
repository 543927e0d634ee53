import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { objectKey } from '#contract/keys.ts';
import type { SourceItem } from '#contract/log-record.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { standing } from '#core/logs/standing.ts';
import { assemble } from '../local/economy/assembly.ts';
import { logFilesIn } from '../local/economy/uploads.ts';
import { syncFiles } from '../viva/logs/sync.ts';
import type { SyncState } from '../viva/logs/sync-state.ts';
import { eTagOf, type LogFile, uploadFiles } from '../viva/logs/uploader.ts';
import { GrowingChat } from './logs/chat.ts';
import { logsPartOf } from './logs/part-of-stage.ts';
import { VictimCloud } from './logs/victim.ts';

/** One kill in so many hits everything at once, queues included. */
const GROUP_SHARE = 0.08;
const MOST_WAIT_MS = 250;
const HIDDEN_SECONDS = 4;
/** Without progress for so long, what is missing is stored again: its messages died with a queue, or lie with the dead letters. */
const PATIENCE_MS = 9_000;

export interface LogsChaosOptions {
  readonly kills: number;
  /** Folder for everything; to be removed by the caller. */
  readonly dir: string;
  readonly portBase: number;
  readonly roll: () => number;
  readonly onProgress: (line: string) => void;
}

export interface LogsChaosReport {
  readonly kills: number;
  /** How many of them hit everything. */
  readonly groups: number;
  readonly ok: boolean;
  /** Corpus version of a calm run over the same logs. */
  readonly expected: string;
  readonly got: string;
}

/** Kills collectors while logs are uploaded and grow, lets them finish, and compares the corpus with that of a calm run. */
export async function logsChaos(options: LogsChaosOptions): Promise<LogsChaosReport> {
  const { dir, portBase, onProgress } = options;
  const assembly = await logsPartOf(await assemble(), join(dir, 'assembly'), HIDDEN_SECONDS);
  const logs = join(dir, 'logs');
  await mkdir(logs);
  const stormy = new Run(new VictimCloud({ assembly, dir: join(dir, 'stormy'), portBase }), logs);
  const { groups, got } = await stormy.storm(options);
  onProgress('a calm run over the same logs');
  const calm = new Run(new VictimCloud({ assembly, dir: join(dir, 'calm'), portBase }), logs);
  const expected = await calm.calmly(onProgress);
  await rm(assembly, { recursive: true });
  return { kills: options.kills, groups, ok: got === expected, expected, got };
}

/** One cloud and the folder that is brought to it. */
class Run {
  readonly #cloud: VictimCloud;
  readonly #logs: string;
  readonly #state: SyncState = { v: 1, logs: {}, seen: {} };

  constructor(cloud: VictimCloud, logs: string) {
    this.#cloud = cloud;
    this.#logs = logs;
  }

  async storm({
    kills,
    roll,
    onProgress,
  }: LogsChaosOptions): Promise<{ groups: number; got: string }> {
    const chat = new GrowingChat(this.#logs, roll);
    await this.#cloud.start();
    let groups = 0;
    try {
      for (let done = 0; done < kills; ) {
        for (let times = 1 + Math.floor(roll() * 4); times > 0; times -= 1) chat.grow();
        await this.#bring();
        await sleep(roll() * MOST_WAIT_MS);
        if (roll() < GROUP_SHARE) {
          await this.#cloud.killAll();
          await this.#cloud.start();
          groups += 1;
          done += 1;
        } else if (this.#cloud.killRoom(roll())) done += 1;
        else continue;
        if (done % 10 === 0) onProgress(`${done} of ${kills} kills`);
      }
      return { groups, got: await this.#finish(onProgress) };
    } finally {
      await this.#cloud.killAll();
    }
  }

  async calmly(onProgress: (line: string) => void): Promise<string> {
    await this.#cloud.start();
    try {
      await this.#bring();
      return await this.#finish(onProgress);
    } finally {
      await this.#cloud.killAll();
    }
  }

  /** As an owner's watcher would. */
  async #bring(): Promise<void> {
    await syncFiles(await logFilesIn(this.#logs), {
      target: { objects: this.#cloud.clients().objects, agent: COLLECTOR },
      state: this.#state,
      save: () => Promise.resolve(),
    });
  }

  /** Version of the corpus when everything that was brought is in it. */
  async #finish(onProgress: (line: string) => void): Promise<string> {
    await this.#bring();
    let left = Number.POSITIVE_INFINITY;
    let since = Date.now();
    for (;;) {
      const { missing, version } = await this.#missing();
      if (missing.length === 0) return version;
      if (missing.length < left) [left, since] = [missing.length, Date.now()];
      if (Date.now() - since > PATIENCE_MS) {
        onProgress(`${missing.length} sources are stored again`);
        for (const again of missing) await again();
        [left, since] = [Number.POSITIVE_INFINITY, Date.now()];
      }
      await sleep(200);
    }
  }

  /** How to bring what is not in the corpus yet, once more. */
  async #missing(): Promise<{ missing: (() => Promise<unknown>)[]; version: string }> {
    const { objects, pointers } = this.#cloud.clients();
    const items = new Map(
      (await Array.fromAsync(pointers.sources(COLLECTOR))).map((item) => [item.source, item]),
    );
    const whole = (await logFilesIn(this.#logs)).filter(
      ({ source }) => this.#state.seen[source]?.log === undefined,
    );
    const missing = await this.#unread(whole, items);
    const pointer = await pointers.pointer(COLLECTOR);
    const manifest = pointer && (await readManifest(pointer.manifestKey, objects));
    const isPublished = standing([...items.values()]).every(
      ({ source, listing }) => manifest?.applied[source] === listing,
    );
    const [any] = whole;
    // what is recorded, but not published, is published by whoever collects next
    if (missing.length === 0 && !isPublished && any) missing.push(() => this.#again(any));
    return { missing, version: pointer?.version ?? '' };
  }

  async #unread(
    whole: readonly LogFile[],
    items: ReadonlyMap<string, SourceItem>,
  ): Promise<(() => Promise<unknown>)[]> {
    const missing: (() => Promise<unknown>)[] = [];
    for (const file of whole) {
      const { eTag, deaths } = items.get(file.source) ?? {};
      // what was set aside had the bad luck to be read whenever its reader was killed
      if (eTag !== (await eTagOf(file.path)) || deaths !== undefined)
        missing.push(() => this.#again(file));
    }
    for (const [name, { offset }] of Object.entries(this.#state.logs))
      if (items.get(name)?.bytes !== offset) missing.push(() => this.#lastAgain(name));
    return missing;
  }

  #again(file: LogFile): Promise<unknown> {
    const { objects } = this.#cloud.clients();
    return uploadFiles([file], { target: { objects, agent: COLLECTOR }, again: () => true });
  }

  /** Any batch tells that there is something to be read. */
  async #lastAgain(name: string): Promise<void> {
    const { objects } = this.#cloud.clients();
    const stored = await Array.fromAsync(objects.list(objectKey.log(COLLECTOR, `${name}-`)));
    const key = stored.at(-1)?.key ?? '';
    const bytes = await objects.read(key);
    if (bytes !== undefined) await objects.put(key, bytes, { contentType: 'text/plain' });
  }
}
