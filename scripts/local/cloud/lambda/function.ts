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

export function failure(requestId: string, errorType: string, errorMessage: string): Outcome {
  return { ok: false, requestId, payload: JSON.stringify({ errorType, errorMessage }) };
}
