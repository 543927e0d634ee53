/** What is deployed: one function as its template describes it. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Folder of the unpacked code. */
  readonly codeDir: string;
  /** `file.export` */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The whole of it: a sandbox inherits nothing. */
  readonly environment: Readonly<Record<string, string>>;
  /** ReservedConcurrentExecutions. @default - the account's limit, here `maxPerFunction` */
  readonly reserved?: number | undefined;
  readonly onAsyncFailure?: AsyncFailure | undefined;
  /** @default 2 */
  readonly asyncRetries?: number | undefined;
}

/** Where an event goes that failed every retry, and in which of AWS's two shapes. */
export interface AsyncFailure {
  readonly kind: 'dead-letter' | 'destination';
  readonly queueArn: string;
}

/** How an invocation ended: `payload` is JSON, for a failure `{errorType, errorMessage, trace?}`. */
export interface Outcome {
  readonly ok: boolean;
  readonly payload: string;
  readonly requestId: string;
}

/** One invocation that a sandbox has handled: AWS's REPORT line, for whoever measures. */
export interface Report {
  readonly functionName: string;
  /** As it was given. */
  readonly payload: string;
  readonly outcome: Outcome;
  /** When the sandbox took it, by `performance.now()`, and how long it had it. */
  readonly beganMs: number;
  readonly durationMs: number;
  /** From the sandbox's birth until it asked for its first event; only with that event. */
  readonly initMs?: number;
  /** CPU of its process since the report before, INIT in the first, to 10 ms (Linux only, else 0). */
  readonly cpuMs: number;
}

export function failure(requestId: string, errorType: string, errorMessage: string): Outcome {
  return { ok: false, requestId, payload: JSON.stringify({ errorType, errorMessage }) };
}
