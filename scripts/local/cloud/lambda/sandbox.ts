import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Child, Children, Exit } from '../children.ts';
import { type LocalServer, listen, readBody, sendJson } from '../http.ts';
import { cpuMsOf } from '../process-facts.ts';
import { failure, type LambdaFunction, type Outcome, type Report } from './function.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, as Lambda counts them */
export const PAYLOAD_LIMIT = 6_291_556;
/** AWS allows 10 s; the processes of a small machine that all start at once need more. */
const INIT_LIMIT_MS = 30_000;

export interface SandboxSite {
  readonly children: Children;
  /** The bundled bootstrap. */
  readonly bootstrap: string;
  readonly onLog: (functionName: string, line: string) => void;
  /** @default - nobody measures */
  readonly onReport?: ((report: Report) => void) | undefined;
}

interface Work {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: Outcome | undefined) => void;
  isDelivered: boolean;
  /** By `performance.now()`, once it is delivered. */
  beganMs: number;
}

/**
 * One process that handles one invocation at a time, and the Runtime API server it talks to:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class Sandbox {
  readonly #fn: LambdaFunction;
  readonly #child: Child;
  readonly #onReport: SandboxSite['onReport'];
  readonly #bornMs = performance.now();
  /** Until the first event takes it. */
  #initMs: number | undefined;
  #cpuMs = 0;
  #work: Work | undefined;
  /** The runtime's open question for its next invocation. */
  #asking: ServerResponse | undefined;
  #initError: string | undefined;
  #timer: NodeJS.Timeout;
  #limitMs = INIT_LIMIT_MS;
  #hasTimedOut = false;
  #isReady = false;
  #isDead = false;

  static async open(fn: LambdaFunction, site: SandboxSite): Promise<Sandbox> {
    const opened: { sandbox?: Sandbox } = {};
    const server = await listen((request, response) => {
      void opened.sandbox?.answer(request, response);
    });
    try {
      opened.sandbox = new Sandbox(fn, site, server);
      return opened.sandbox;
    } catch (error) {
      // a server without a process would keep the cloud from ending
      await server.close();
      throw error;
    }
  }

  private constructor(fn: LambdaFunction, site: SandboxSite, server: LocalServer) {
    this.#fn = fn;
    this.#onReport = site.onReport;
    this.#child = spawnRuntime(fn, site, server.port);
    this.#timer = setTimeout(this.#onTimeout, this.#limitMs);
    void this.#child.exited.then((exit) => {
      this.#onExit(exit);
      return server.close();
    });
  }

  isAlive(): boolean {
    return !this.#isDead;
  }

  end(): void {
    this.#isDead = true;
    this.#child.kill('SIGKILL');
  }

  /** undefined means that the process was gone before it took the work: another sandbox may do it. */
  run(payload: string): Promise<Outcome | undefined> {
    if (this.#isDead) return Promise.resolve(undefined);
    return new Promise((settle) => {
      this.#work = { requestId: randomUUID(), payload, settle, isDelivered: false, beganMs: 0 };
      this.#deliver();
    });
  }

  /** The Runtime API. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      clearTimeout(this.#timer);
      if (!this.#isReady) this.#initMs = performance.now() - this.#bornMs;
      this.#isReady = true;
      this.#asking = response;
      this.#deliver();
      return;
    }
    const text = (await readBody(request, PAYLOAD_LIMIT))?.toString('utf8');
    if (path === 'init/error') this.#initError = text;
    else if (text === undefined) this.#settle(tooLarge);
    else
      this.#settle((requestId) => ({ ok: path.endsWith('/response'), requestId, payload: text }));
    sendJson(response, 202, { body: { status: 'OK' } });
  }

  /** Hands the work to the runtime as soon as both are there; the time limit starts then. */
  #deliver(): void {
    const [work, asking] = [this.#work, this.#asking];
    if (!work || !asking) return;
    this.#asking = undefined;
    work.isDelivered = true;
    work.beganMs = performance.now();
    this.#limitMs = this.#fn.timeoutMs;
    this.#timer = setTimeout(this.#onTimeout, this.#limitMs);
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': work.requestId,
      'lambda-runtime-deadline-ms': Date.now() + this.#limitMs,
      'lambda-runtime-invoked-function-arn': this.#fn.arn,
    });
    asking.end(work.payload);
  }

  #settle(outcome: (requestId: string) => Outcome | undefined): void {
    const work = this.#work;
    if (!work) return;
    clearTimeout(this.#timer);
    this.#work = undefined;
    const settled = outcome(work.requestId);
    if (settled) this.#report(work, settled);
    work.settle(settled);
  }

  #report({ payload, beganMs }: Work, outcome: Outcome): void {
    if (this.#onReport === undefined) return;
    const [initMs, cpuMs] = [this.#initMs, cpuMsOf(this.#child.pid)];
    this.#initMs = undefined;
    this.#onReport({
      functionName: this.#fn.name,
      payload,
      outcome,
      beganMs,
      durationMs: performance.now() - beganMs,
      ...(initMs === undefined ? {} : { initMs }),
      cpuMs: Math.max(0, cpuMs - this.#cpuMs),
    });
    this.#cpuMs = cpuMs;
  }

  readonly #onTimeout = (): void => {
    this.#hasTimedOut = true;
    this.#child.kill('SIGKILL');
  };

  #onExit(exit: Exit): void {
    this.#isDead = true;
    clearTimeout(this.#timer);
    const neverTaken = this.#isReady && this.#work?.isDelivered !== true;
    this.#settle((requestId) => (neverTaken ? undefined : this.#obituary(requestId, exit)));
  }

  #obituary(requestId: string, exit: Exit): Outcome {
    if (this.#initError !== undefined) return { ok: false, requestId, payload: this.#initError };
    const prefix = `RequestId: ${requestId} Error:`;
    if (this.#hasTimedOut) {
      const seconds = (this.#limitMs / 1000).toFixed(2);
      return failure(
        requestId,
        'Sandbox.Timedout',
        `${prefix} Task timed out after ${seconds} seconds`,
      );
    }
    if (exit.outOfMemory) {
      return failure(
        requestId,
        'Runtime.OutOfMemory',
        `${prefix} used more than ${this.#fn.memoryMb} MB`,
      );
    }
    const how = exit.signal ? `signal: ${exit.signal}` : `exit status ${exit.code ?? 0}`;
    return failure(requestId, 'Runtime.ExitError', `${prefix} Runtime exited with error: ${how}`);
  }
}

function tooLarge(requestId: string): Outcome {
  const words = `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT} bytes).`;
  return failure(requestId, 'Function.ResponseSizeTooLarge', words);
}

function spawnRuntime(fn: LambdaFunction, site: SandboxSite, port: number): Child {
  return site.children.spawn({
    name: fn.name,
    // the shares that Lambda's own Node runtime gives to the two heap spaces
    args: [
      `--max-old-space-size=${Math.floor(fn.memoryMb * 0.9)}`,
      `--max-semi-space-size=${Math.max(1, Math.floor(fn.memoryMb * 0.05))}`,
      site.bootstrap,
      fn.handler,
    ],
    cwd: fn.codeDir,
    memoryMb: fn.memoryMb,
    env: {
      ...fn.environment,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: fn.codeDir,
    },
    onLine: (line) => {
      site.onLog(fn.name, line);
    },
  });
}
