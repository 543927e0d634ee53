import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cloud, type CloudOptions, startCloud } from '../../scripts/local/cloud/cloud.ts';

export const ASSEMBLY = fileURLToPath(new URL('../fixtures/assembly', import.meta.url));
export const ROOMS = fileURLToPath(new URL('../fixtures/rooms', import.meta.url));

/** An empty folder of this test's own, and its removal. */
export function temporaryFolder(): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'viva-cloud-'));
  return {
    dir,
    remove: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface TestCloud {
  readonly cloud: Cloud;
  /** What SDK clients want: `new SQSClient(client('sqs'))`. */
  readonly client: (service: 'dynamodb' | 's3' | 'sqs' | 'secrets' | 'lambda') => {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Cloud['credentials'];
    readonly maxAttempts: number;
  };
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
}

/** The hand-made app of test/fixtures/assembly, running. */
export async function aCloud(over: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const { dir, remove } = temporaryFolder();
  const lines: string[] = [];
  const cloud = await startCloud({
    assembly: ASSEMBLY,
    roomsDir: ROOMS,
    dir,
    parameters: { Greeting: 'hola' },
    onLog: (name, line) => lines.push(`${name} ${line}`),
    ...over,
  });
  return {
    cloud,
    lines,
    client: (service) => ({
      endpoint: cloud.endpoints[service],
      region: cloud.region,
      credentials: cloud.credentials,
      maxAttempts: 1,
    }),
    stop: async () => {
      await cloud.stop();
      remove();
    },
  };
}

/** A net for what hangs, never a measure: machines are busy. */
const PATIENCE_MS = 30_000;

/** Asks until the answer is there. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`It did not happen within ${PATIENCE_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
