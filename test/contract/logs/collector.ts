import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FIXTURE = fileURLToPath(new URL('../../fixtures/collector.ts', import.meta.url));

/** The room's own code as one file in `dir`: gives its path. */
export async function bundleCollector(dir: string): Promise<string> {
  const outfile = join(dir, 'collector.mjs');
  await build({
    entryPoints: [FIXTURE],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: `import { createRequire } from 'node:module';const require = createRequire('/');`,
    },
    logLevel: 'error',
  });
  return outfile;
}

/** A process of the room; a new one after each death. */
export class Collector {
  readonly #bundle: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  /** Highest resident memory of the process that answered last, in MiB. */
  peakMb = 0;

  constructor(bundle: string, env: Readonly<Record<string, string>>) {
    this.#bundle = bundle;
    this.#env = env;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async invoke(event: unknown, leftMs: number): Promise<unknown> {
    this.#child ??= fork(this.#bundle, {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--max-old-space-size=230', '--max-semi-space-size=4'],
    });
    const child = this.#child;
    const over = new AbortController();
    const { signal } = over;
    child.send({ event, leftMs });
    const first = await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(() => 'killed' as const),
    ]);
    over.abort();
    if (first === 'killed') {
      if (this.#child === child) this.#child = undefined;
      return first;
    }
    const {
      answer,
      error,
      peakMb = 0,
    } = first as {
      answer?: unknown;
      error?: string;
      peakMb?: number;
    };
    if (error !== undefined) throw new Error(error);
    this.peakMb = peakMb;
    return answer;
  }
}
