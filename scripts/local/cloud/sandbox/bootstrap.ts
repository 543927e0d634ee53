import './lifeline.ts';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { pathToFileURL } from 'node:url';

// Runs one handler behind the Lambda Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type Handler = (event: unknown, context: object) => unknown;

const { AWS_LAMBDA_RUNTIME_API: api = '', AWS_LAMBDA_FUNCTION_NAME: functionName = '' } =
  process.env;
const base = `http://${api}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true });
let requestId = '';

process.on('uncaughtException', die);
process.on('unhandledRejection', die);

const handler = await load(process.argv[2] ?? '').catch(async (error: unknown) => {
  await post('/init/error', report(error));
  process.exit(1);
});
for (;;) await turn();

async function turn(): Promise<void> {
  const next = await call('GET', '/invocation/next');
  const header = (name: string): string => String(next.headers[`lambda-runtime-${name}`] ?? '');
  requestId = header('aws-request-id');
  const deadline = Number(header('deadline-ms'));
  const event: unknown = JSON.parse(next.body);
  const context = {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: header('invoked-function-arn'),
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: String(process.pid),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await handler(event, context);
    await post(`/invocation/${requestId}/response`, result ?? null);
  } catch (error) {
    await post(`/invocation/${requestId}/error`, report(error));
  }
  requestId = '';
}

/** Finds `file.export` in the working directory, as Lambda does for `Handler`. */
async function load(name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const [file, exported] = [name.slice(0, dot), name.slice(dot + 1)];
  let found: unknown;
  for (const extension of ['.mjs', '.js', '.cjs']) {
    found ??= await importIfThere(`${process.cwd()}/${file}${extension}`);
  }
  const candidate: unknown =
    typeof found === 'object' && found ? Reflect.get(found, exported) : undefined;
  if (typeof candidate !== 'function') throw new Error(`${name} is undefined or not exported`);
  return (event, context) => {
    const result: unknown = Reflect.apply(candidate, undefined, [event, context]);
    return result;
  };
}

async function importIfThere(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  try {
    return await import(url);
  } catch (error) {
    const absent =
      error instanceof Error &&
      'code' in error &&
      error.code === 'ERR_MODULE_NOT_FOUND' &&
      'url' in error &&
      error.url === url;
    if (absent) return undefined;
    throw error;
  }
}

async function post(path: string, body: unknown): Promise<void> {
  await call('POST', path, JSON.stringify(body));
}

/** Not `fetch`: that gives up on an answer after five minutes, and the next invocation may be later than that. */
function call(
  method: string,
  path: string,
  body = '',
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body) };
    const outgoing = request(`${base}${path}`, { method, agent, headers }, (incoming) => {
      let answer = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (text: string) => (answer += text));
      incoming.once('end', () => {
        resolve({ headers: incoming.headers, body: answer });
      });
      incoming.once('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function report(thrown: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

/** Nobody awaits this error: the invocation, if any, fails with it, and the sandbox is not used again. */
function die(error: unknown): void {
  void post(requestId ? `/invocation/${requestId}/error` : '/init/error', report(error)).finally(
    () => {
      process.exit(129);
    },
  );
}
