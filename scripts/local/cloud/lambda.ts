import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Children } from './children.ts';
import { listen } from './http.ts';
import { lambdaApi } from './lambda/api.ts';
import { startAsyncEvents } from './lambda/async-events.ts';
import type { LambdaFunction, Outcome } from './lambda/function.ts';
import { startPool, type WhenBusy } from './lambda/pool.ts';

export interface LambdaOptions {
  readonly port?: number;
  /** State folder; the bundled bootstrap is kept there. */
  readonly dir: string;
  readonly children: Children;
  readonly onLog: (functionName: string, line: string) => void;
  /** Sends to a queue by name, for dead letters. */
  readonly send: (
    queueName: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** @default 10 */
  readonly maxPerFunction?: number;
  /** @default 32 */
  readonly maxTotal?: number;
  /** @default 60,000 */
  readonly idleMs?: number;
  /** Waits before the retries of an asynchronous invocation. @default - AWS's one and two minutes */
  readonly retryDelaysMs?: readonly number[];
}

/** Lambda on this machine: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html over HTTP, and the same in process. */
export interface Lambda {
  readonly url: string;
  readonly port: number;
  readonly add: (fn: LambdaFunction) => void;
  readonly find: (nameOrArn: string) => LambdaFunction | undefined;
  readonly names: () => readonly string[];
  /** Environment that every function gets beside its own, set once the endpoints are known. */
  readonly setPlatform: (environment: Readonly<Record<string, string>>) => void;
  /** Waits for the answer. With `refuse`, undefined means too many requests. */
  readonly invoke: (
    fn: LambdaFunction,
    payload: string,
    whenBusy: WhenBusy,
  ) => Promise<Outcome | undefined>;
  /** Returns at once; failures are retried, then dead-lettered. */
  readonly invokeAsync: (fn: LambdaFunction, payload: string) => void;
  /** Takes no more work over HTTP and gives running invocations `graceMs` to finish. */
  readonly stop: (graceMs: number) => Promise<void>;
}

export async function startLambda(options: LambdaOptions): Promise<Lambda> {
  const functions = new Map<string, LambdaFunction>();
  let platform: Readonly<Record<string, string>> = {};
  const pool = startPool({
    children: options.children,
    bootstrap: bundle(options.dir, 'bootstrap'),
    get platform() {
      return platform;
    },
    onLog: options.onLog,
    maxPerFunction: options.maxPerFunction ?? 10,
    maxTotal: options.maxTotal ?? 32,
    idleMs: options.idleMs ?? 60_000,
  });

  async function invoke(
    fn: LambdaFunction,
    payload: string,
    whenBusy: WhenBusy,
  ): Promise<Outcome | undefined> {
    const outcome = await pool.run(fn, payload, whenBusy);
    if (outcome && !outcome.ok) options.onLog(fn.name, faultLine(outcome));
    return outcome;
  }

  const invokeAsync = startAsyncEvents({
    run: async (fn, payload) => {
      const outcome = await pool.run(fn, payload, 'wait');
      if (!outcome) throw new Error(`${fn.name} was refused although it was told to wait.`);
      return outcome;
    },
    retryDelaysMs: options.retryDelaysMs ?? [60_000, 120_000],
    send: options.send,
    onFault: (fn, outcome, attempt) => {
      options.onLog(fn.name, faultLine(outcome, attempt));
    },
  });
  const find = (nameOrArn: string): LambdaFunction | undefined =>
    functions.get(functionName(nameOrArn));
  const server = await listen(lambdaApi({ find, invoke, invokeAsync }), options.port);

  return {
    url: server.url,
    port: server.port,
    add: (fn) => functions.set(fn.name, fn),
    find,
    names: () => [...functions.keys()],
    setPlatform: (environment) => {
      platform = environment;
    },
    invoke,
    invokeAsync,
    stop: async (graceMs) => {
      const deadline = Date.now() + graceMs;
      while (pool.busy() > 0 && Date.now() < deadline) await sleep(20);
      await server.close();
    },
  };
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

/** `name`, `name:alias`, `account:function:name` or a full ARN, as Invoke takes them. */
function functionName(nameOrArn: string): string {
  const parts = nameOrArn.split(':');
  const at = parts.indexOf('function');
  return parts[at + 1] ?? nameOrArn;
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
