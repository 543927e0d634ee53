import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Child, type Children, type Exit } from '../children.ts';
import { listen, readBody, sendJson } from '../http.ts';
import { failure, type LambdaFunction, type Outcome } from './function.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, as Lambda counts them */
export const PAYLOAD_LIMIT = 6_291_556;

export interface SandboxSite {
  readonly children: Children;
  /** The bundled bootstrap. */
  readonly bootstrap: string;
  /** Environment that the platform adds to every function. */
  readonly platform: Readonly<Record<string, string>>;
  readonly onLog: (functionName: string, line: string) => void;
}

/** AWS allows 10 s; the processes of a small machine that all start at once need more. */
const INIT_LIMIT_MS = 30_000;

/** One process that handles one invocation at a time, and the Runtime API server it talks to. */
export interface Sandbox {
  /** undefined means that the process was gone before it took the work: another sandbox may do it. */
  readonly run: (payload: string) => Promise<Outcome | undefined>;
  readonly isAlive: () => boolean;
  readonly end: () => void;
}

interface Work {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: Outcome | undefined) => void;
  delivered: boolean;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function openSandbox(fn: LambdaFunction, site: SandboxSite): Promise<Sandbox> {
  let work: Work | undefined;
  let asking: ServerResponse | undefined;
  let initError: string | undefined;
  let limitMs = INIT_LIMIT_MS;
  let timedOut = false;
  let ready = false;
  let dead = false;

  const server = await listen((request, response) => {
    void answer(request, response);
  });
  const child = spawnRuntime(fn, site, server.port);
  let timer = setTimeout(onTimeout, limitMs);
  void child.exited.then((exit) => {
    dead = true;
    clearTimeout(timer);
    void server.close();
    if (ready && work?.delivered !== true) work?.settle(undefined);
    else
      settle(({ requestId }) => ({
        ok: false,
        requestId,
        payload: initError ?? obituary(requestId, exit),
      }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      clearTimeout(timer);
      ready = true;
      asking = response;
      deliver();
      return;
    }
    const body = await readBody(request, PAYLOAD_LIMIT);
    const text = body?.toString('utf8');
    if (path === 'init/error') initError = text;
    else if (text === undefined) settle(tooLarge);
    else settle(({ requestId }) => ({ ok: path.endsWith('/response'), requestId, payload: text }));
    sendJson(response, 202, { body: { status: 'OK' } });
  }

  /** Hands the work to the runtime as soon as both are there; the time limit starts then. */
  function deliver(): void {
    if (!work || !asking) return;
    work.delivered = true;
    limitMs = fn.timeoutMs;
    timer = setTimeout(onTimeout, limitMs);
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': work.requestId,
      'lambda-runtime-deadline-ms': Date.now() + fn.timeoutMs,
      'lambda-runtime-invoked-function-arn': fn.arn,
    });
    asking.end(work.payload);
    asking = undefined;
  }

  function onTimeout(): void {
    timedOut = true;
    child.kill('SIGKILL');
  }

  function settle(outcome: (work: Work) => Outcome): void {
    if (!work) return;
    clearTimeout(timer);
    const done = work;
    work = undefined;
    done.settle(outcome(done));
  }

  function obituary(requestId: string, exit: Exit): string {
    if (timedOut) {
      const seconds = (limitMs / 1000).toFixed(2);
      return describe(
        'Sandbox.Timedout',
        `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
      );
    }
    if (exit.outOfMemory) {
      return describe(
        'Runtime.OutOfMemory',
        `RequestId: ${requestId} Error: used more than ${fn.memoryMb} MB`,
      );
    }
    const how = exit.signal ? `signal: ${exit.signal}` : `exit status ${exit.code ?? 0}`;
    return describe(
      'Runtime.ExitError',
      `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
    );
  }

  return {
    run: (payload) =>
      new Promise((resolve) => {
        if (dead) {
          resolve(undefined);
          return;
        }
        work = { requestId: randomUUID(), payload, settle: resolve, delivered: false };
        deliver();
      }),
    isAlive: () => !dead,
    end: () => {
      dead = true;
      child.kill('SIGKILL');
    },
  };
}

function tooLarge({ requestId }: Work): Outcome {
  return failure(
    requestId,
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT} bytes).`,
  );
}

function describe(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage });
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
      ...site.platform,
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
