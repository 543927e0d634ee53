import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Children } from './children.ts';
import { type LocalServer, listen } from './http.ts';
import { lambdaApi } from './lambda/api.ts';
import { startAsyncEvents } from './lambda/async-events.ts';
import type { LambdaFunction, Outcome, Report } from './lambda/function.ts';
import { Pool, type WhenBusy } from './lambda/pool.ts';

export interface LambdaOptions {
  readonly port?: number;
  /** State folder; the bundled bootstrap is kept there. */
  readonly dir: string;
  readonly children: Children;
  readonly onLog: (functionName: string, line: string) => void;
  /** @default - nobody measures */
  readonly onReport?: ((report: Report) => void) | undefined;
  /** Sends to a queue by name, for dead letters. */
  readonly send: (
    queueName: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** @default - two for each processor: more would only wait for one another */
  readonly maxPerFunction?: number;
  /** @default 32 */
  readonly maxTotal?: number;
  /** @default 60,000 */
  readonly idleMs?: number;
  /** Waits before the retries of an asynchronous invocation. @default - AWS's one and two minutes */
  readonly retryDelaysMs?: readonly number[];
}

/** Lambda on this machine: over HTTP for SDK clients, and in process. */
export class Lambda {
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #pool: Pool;
  readonly #options: LambdaOptions;
  readonly #events: (fn: LambdaFunction, payload: string) => Promise<void>;
  #server: LocalServer | undefined;

  constructor(options: LambdaOptions) {
    const { children, dir, onLog, onReport, maxTotal = 32, idleMs = 60_000 } = options;
    const { maxPerFunction = 2 * availableParallelism() } = options;
    this.#options = options;
    const bootstrap = bundle(dir, 'bootstrap');
    this.#pool = new Pool({
      ...{ children, bootstrap, onLog, onReport },
      ...{ maxPerFunction, maxTotal, idleMs },
    });
    this.#events = startAsyncEvents({
      run: async (fn, payload) => {
        const outcome = await this.#pool.run(fn, payload, 'wait');
        if (!outcome) throw new Error(`${fn.name} was refused although it was told to wait.`);
        return outcome;
      },
      retryDelaysMs: options.retryDelaysMs ?? [60_000, 120_000],
      send: options.send,
      onFault: (fn, outcome, attempt) => {
        onLog(fn.name, faultLine(outcome, attempt));
      },
    });
  }

  /** Listens for SDK clients and gives the address. */
  async open(): Promise<string> {
    this.#server = await listen(lambdaApi(this), this.#options.port);
    return this.#server.url;
  }

  add(fn: LambdaFunction): void {
    this.#functions.set(fn.name, fn);
  }

  /** By `name`, `name:alias`, `account:function:name` or full ARN, as Invoke takes them. */
  find(nameOrArn: string): LambdaFunction | undefined {
    const parts = nameOrArn.split(':');
    const name = parts[parts.indexOf('function') + 1];
    return this.#functions.get(name ?? nameOrArn);
  }

  names(): readonly string[] {
    return [...this.#functions.keys()];
  }

  /** Waits for the answer. With `refuse`, undefined means too many requests. */
  async invoke(
    fn: LambdaFunction,
    payload: string,
    whenBusy: WhenBusy,
  ): Promise<Outcome | undefined> {
    const outcome = await this.#pool.run(fn, payload, whenBusy);
    if (outcome && !outcome.ok) this.#options.onLog(fn.name, faultLine(outcome));
    return outcome;
  }

  /** Failures are retried, then dead-lettered; nobody needs to wait for the promise, which never rejects. */
  invokeAsync(fn: LambdaFunction, payload: string): Promise<void> {
    return this.#events(fn, payload);
  }

  /** Gives running invocations `graceMs` to finish, then serves no more. */
  async stop(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    while (this.#pool.busy > 0 && Date.now() < deadline) await sleep(20);
    await this.#server?.close();
  }
}

/** The plain JavaScript of a sandbox program: stripping types in each process would cost it 18 MB and 30 ms. */
export function bundle(dir: string, program: 'bootstrap' | 'lifeline'): string {
  const outfile = join(dir, 'sandbox', `${program}.mjs`);
  mkdirSync(join(dir, 'sandbox'), { recursive: true });
  buildSync({
    entryPoints: [fileURLToPath(new URL(`sandbox/${program}.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile,
  });
  return outfile;
}

function faultLine({ requestId, payload }: Outcome, attempt = 1): string {
  const error: unknown = JSON.parse(payload);
  return JSON.stringify({
    level: 'ERROR',
    message: 'invocation failed',
    requestId,
    attempt,
    error,
  });
}
