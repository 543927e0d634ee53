import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The one key pair that the served S3 takes. */
export const CREDENTIALS = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'local-secret' };

const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));

export interface Served {
  readonly url: string;
  /** Dies on the spot, as by `kill -9`. */
  readonly kill: () => Promise<void>;
}

/** Serves `dir` from a process of its own, which is gone at the end of the test at the latest. */
export async function serve(kind: 'dynamodb' | 's3', dir: string): Promise<Served> {
  const child = spawn(process.execPath, [SERVE, kind, dir, ...Object.values(CREDENTIALS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => kill(child));
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url, kill: () => kill(child) };
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A folder that is removed after one test, or whatever else `after` waits for. */
export function temporaryFolder(after: (remove: () => void) => void = onTestFinished): string {
  const dir = mkdtempSync(join(tmpdir(), 'viva-cloud-'));
  after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}
