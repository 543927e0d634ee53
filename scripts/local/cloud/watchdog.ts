import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('sandbox/watchdog.ts', import.meta.url));

/** One small process that outlives the cloud by a moment, to kill the children that a SIGKILL of the cloud left behind. */
export interface Watchdog {
  readonly watch: (pid: number) => void;
  readonly forget: (pid: number) => void;
  readonly stop: () => Promise<void>;
}

export function startWatchdog(): Watchdog {
  const watched = new Set<number>();
  let stopped = false;
  let dog = begin();

  function begin(): ChildProcessByStdio<Writable, null, null> {
    const child = spawn(process.execPath, [PROGRAM], {
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    for (const pid of watched) child.stdin.write(`+${pid}\n`);
    child.once('exit', () => {
      if (!stopped) dog = begin();
    });
    return child;
  }

  return {
    watch: (pid) => {
      watched.add(pid);
      dog.stdin.write(`+${pid}\n`);
    },
    forget: (pid) => {
      watched.delete(pid);
      dog.stdin.write(`-${pid}\n`);
    },
    stop: async () => {
      stopped = true;
      if (dog.exitCode !== null || dog.signalCode !== null) return;
      const ended = new Promise((resolve) => dog.once('exit', resolve));
      dog.stdin.end();
      await ended;
    },
  };
}
