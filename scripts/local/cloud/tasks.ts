import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from './cannot-start.ts';
import { type Child, type Children, endGently } from './children.ts';

/** One container of an ECS service, as a plain process of its bundled program. */
export interface Task {
  readonly name: string;
  /** The bundled program. */
  readonly program: string;
  readonly memoryMb: number;
  /** The whole environment, asked for at each start: it throws while a secret that it needs has no value yet. */
  readonly environment: () => Readonly<Record<string, string>>;
}

const BACKOFF_MS = { first: 250, longest: 10_000, healthyAfter: 30_000 } as const;

export interface TaskSite {
  readonly children: Children;
  /** The bundled lifeline, loaded before the program. */
  readonly lifeline: string;
  readonly onLog: (name: string, line: string) => void;
}

/** Keeps each task running as an ECS service does: started again, with backoff, whenever it ends. */
export class Tasks {
  readonly #site: TaskSite;
  readonly #stopped = new AbortController();
  readonly #running = new Map<Task, Child>();

  constructor(site: TaskSite) {
    this.#site = site;
  }

  /** @throws CannotStart when the program is not built */
  run(task: Task): void {
    if (!existsSync(task.program)) {
      throw new CannotStart(
        `The task ${task.name} runs ${task.program}, which is not there: build it first (npm run build).`,
      );
    }
    void this.#keep(task);
  }

  /** SIGTERM, and after `graceMs` SIGKILL. ECS gives 30 s. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort();
    await Promise.all([...this.#running.values()].map((child) => endGently(child, graceMs)));
  }

  async #keep(task: Task): Promise<void> {
    const { signal } = this.#stopped;
    let restartInMs: number = BACKOFF_MS.first;
    while (!signal.aborted) {
      const began = Date.now();
      const end = await this.#runOnce(task);
      if (this.#isStopped()) return;
      if (Date.now() - began > BACKOFF_MS.healthyAfter) restartInMs = BACKOFF_MS.first;
      const line = { level: 'WARN', message: 'task ended', ...end, restartInMs };
      this.#site.onLog(task.name, JSON.stringify(line));
      await sleep(restartInMs, undefined, { ref: false, signal }).catch(() => undefined);
      restartInMs = Math.min(BACKOFF_MS.longest, restartInMs * 2);
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #runOnce(task: Task): Promise<object> {
    try {
      const child = this.#spawn(task);
      this.#running.set(task, child);
      return await child.exited;
    } catch (error) {
      return { error: String(error) };
    } finally {
      this.#running.delete(task);
    }
  }

  #spawn({ name, program, environment, memoryMb }: Task): Child {
    const { children, lifeline, onLog } = this.#site;
    return children.spawn({
      name,
      args: ['--import', lifeline, program],
      env: environment(),
      cwd: dirname(program),
      memoryMb,
      onLine: (line) => {
        onLog(name, line);
      },
    });
  }
}
