import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const VIVA = fileURLToPath(new URL('../viva.ts', import.meta.url));

/** One process of `viva up --once --json` and all that it starts: a process group of its own. */
export interface Life {
  /** Also the number of its process group. */
  readonly pid: number;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface Command {
  readonly dir: string;
  readonly portBase: number;
  /** More flags of `viva up`. */
  readonly flags: readonly string[];
}

/** Starts the economy; what it prints goes into files beside its state folder, for pipes would die with us. */
export function begin({ dir, portBase, flags }: Command): Life {
  const out = openSync(`${dir}.json`, 'w');
  const err = openSync(`${dir}.log`, 'a');
  const given = ['up', '--once', '--json', '--dir', dir, '--port-base', String(portBase)];
  const child: ChildProcess = spawn(process.execPath, [VIVA, ...given, ...flags], {
    detached: true,
    stdio: ['ignore', out, err],
  });
  closeSync(out);
  closeSync(err);
  const { pid } = child;
  if (pid === undefined) throw new Error('No process could be started for the economy.');
  return {
    pid,
    exited: new Promise((done) => {
      child.once('exit', (code, signal) => {
        done({ code, signal });
      });
    }),
  };
}

/** What the last process that ended by itself printed; undefined when that is no JSON. */
export async function printed(dir: string): Promise<unknown> {
  const text = await readFile(`${dir}.json`, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** SIGKILL to a process or, negative, to a whole group; false when it was gone already. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
