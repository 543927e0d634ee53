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

export interface Tasks {
  /** @throws CannotStart when the program is not built */
  readonly run: (task: Task) => void;
  /** SIGTERM, and after `graceMs` SIGKILL. ECS gives 30 s. */
  readonly stop: (graceMs: number) => Promise<void>;
}

const BACKOFF_MS = { first: 250, longest: 10_000, healthyAfter: 30_000 } as const;

export interface TaskSite {
  readonly children: Children;
  /** The bundled lifeline, loaded before the program. */
  readonly lifeline: string;
  readonly onLog: (name: string, line: string) => void;
}

/** Keeps each task running as an ECS service does: started again, with backoff, whenever it ends. */
export function startTasks({ children, lifeline, onLog }: TaskSite): Tasks {
  const stopped = new AbortController();
  const running = new Map<Task, Child>();

  function spawn(task: Task): Child {
    return children.spawn({
      name: task.name,
      args: ['--import', lifeline, task.program],
      env: task.environment(),
      cwd: dirname(task.program),
      memoryMb: task.memoryMb,
      onLine: (line) => {
        onLog(task.name, line);
      },
    });
  }

  async function keep(task: Task): Promise<void> {
    let wait: number = BACKOFF_MS.first;
    while (!stopped.signal.aborted) {
      const began = Date.now();
      const end = await runOnce(task);
      if (stopped.signal.aborted) return;
      if (Date.now() - began > BACKOFF_MS.healthyAfter) wait = BACKOFF_MS.first;
      onLog(
        task.name,
        JSON.stringify({ level: 'WARN', message: 'task ended', ...end, restartInMs: wait }),
      );
      await sleep(wait, undefined, { ref: false });
      wait = Math.min(BACKOFF_MS.longest, wait * 2);
    }
  }

  async function runOnce(task: Task): Promise<object> {
    try {
      const child = spawn(task);
      running.set(task, child);
      return await child.exited;
    } catch (error) {
      return { error: String(error) };
    } finally {
      running.delete(task);
    }
  }

  return {
    run: (task) => {
      if (!existsSync(task.program)) {
        throw new CannotStart(
          `The task ${task.name} runs ${task.program}, which is not there: build it first (npm run build).`,
        );
      }
      void keep(task);
    },
    stop: async (graceMs) => {
      stopped.abort();
      await Promise.all([...running.values()].map((child) => endGently(child, graceMs)));
    },
  };
}
