import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { birthOf, memoryOf } from './process-facts.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

const SAMPLE_EVERY_MS = 100;
const Recorded = z.array(z.object({ pid: z.int(), birth: z.string(), name: z.string() }));

export interface ChildOptions {
  /** Whose process this is: memory peaks and log lines go by this name. */
  readonly name: string;
  /** Arguments of the Node binary that runs the cloud itself. */
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Resident memory in MiB above which the process is killed. @default - not limited */
  readonly memoryMb?: number;
  readonly onLine: (line: string) => void;
}

export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** It was killed by us for using more memory than it may. */
  readonly outOfMemory: boolean;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
}

interface Entry {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly birth: string;
  readonly options: ChildOptions;
  readonly exited: Promise<Exit>;
  outOfMemory: boolean;
}

/** The processes of one cloud: none outlives it, and none is forgotten by the next one. */
export class Children {
  readonly #file: string;
  readonly #entries = new Map<number, Entry>();
  readonly #peaks: Record<string, number> = {};
  readonly #watchdog: Watchdog;
  readonly #sampler: NodeJS.Timeout;

  /** Ends first what a cloud that was killed left in this state folder. */
  constructor(dir: string) {
    this.#file = join(dir, 'pids.json');
    killLeftovers(this.#file);
    this.#watchdog = startWatchdog();
    this.#sampler = setInterval(() => {
      for (const entry of this.#entries.values()) this.#sample(entry);
    }, SAMPLE_EVERY_MS);
    this.#sampler.unref();
  }

  spawn(options: ChildOptions): Child {
    const entry = start(options, (pid) => {
      this.#entries.delete(pid);
      this.#watchdog.forget(pid);
      this.#record();
    });
    const { pid, exited, child } = entry;
    this.#watchdog.watch(pid);
    this.#entries.set(pid, entry);
    this.#record();
    return {
      pid,
      exited,
      kill: (signal) => {
        this.#sample(entry);
        child.kill(signal);
      },
    };
  }

  pids(): readonly number[] {
    return [...this.#entries.keys()];
  }

  /** Highest resident memory seen, in MiB by name (Linux only, else empty). */
  peakMb(): Readonly<Record<string, number>> {
    for (const entry of this.#entries.values()) this.#sample(entry);
    return { ...this.#peaks };
  }

  /** SIGKILL to all that are left. */
  async stop(): Promise<void> {
    clearInterval(this.#sampler);
    const left = [...this.#entries.values()];
    for (const entry of left) {
      this.#sample(entry);
      entry.child.kill('SIGKILL');
    }
    await Promise.all(left.map(({ exited }) => exited));
    await this.#watchdog.stop();
  }

  #sample(entry: Entry): void {
    const memory = memoryOf(entry.pid);
    if (!memory) return;
    const { name, memoryMb = Infinity } = entry.options;
    this.#peaks[name] = Math.max(this.#peaks[name] ?? 0, Math.ceil(memory.peakMb));
    if (memory.nowMb <= memoryMb) return;
    entry.outOfMemory = true;
    entry.child.kill('SIGKILL');
  }

  #record(): void {
    const rows = [...this.#entries.values()].map(({ pid, birth, options: { name } }) => ({
      pid,
      birth,
      name,
    }));
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(rows));
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // a full disk: the lifelines and the watchdog do without, and an old list harms nobody, as births are compared
    }
  }
}

function start(options: ChildOptions, onExit: (pid: number) => void): Entry {
  const child = spawn(process.execPath, options.args, {
    env: options.env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    // the 'error' event follows and says the same
    child.once('error', () => undefined);
    throw new Error(`No process could be started for ${options.name}.`);
  }
  const ended = Promise.withResolvers<Exit>();
  const entry = {
    child,
    pid,
    birth: birthOf(pid) ?? '',
    options,
    exited: ended.promise,
    outOfMemory: false,
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', options.onLine);
  }
  // the lifeline breaks when the child dies: that is its purpose
  child.stdio[3]?.on('error', () => undefined);
  child.once('exit', (code, signal) => {
    onExit(pid);
    ended.resolve({
      code: code ?? undefined,
      signal: signal ?? undefined,
      outOfMemory: entry.outOfMemory,
    });
  });
  return entry;
}

/** Ends what a cloud that was killed left running: a pid counts only while it is the very process that was recorded. */
function killLeftovers(file: string): void {
  for (const { pid, birth } of readRecorded(file)) {
    if (birth !== '' && birthOf(pid) === birth) process.kill(pid, 'SIGKILL');
  }
}

function readRecorded(file: string): z.infer<typeof Recorded> {
  try {
    return Recorded.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

/** Asks a process to end, and makes it after `graceMs`. */
export async function endGently(child: Child, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = new AbortController();
  const tooLong = sleep(graceMs, 'late', { signal: timer.signal, ref: false }).catch(() => 'ended');
  if ((await Promise.race([child.exited, tooLong])) === 'late') child.kill('SIGKILL');
  timer.abort();
  await child.exited;
}
