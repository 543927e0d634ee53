import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http.ts';
import { pack } from './code.ts';
import type { LambdaFunction, Outcome } from './function.ts';
import { PAYLOAD_LIMIT } from './sandbox.ts';

export interface LambdaApi {
  readonly find: (nameOrArn: string) => LambdaFunction | undefined;
  readonly invoke: (
    fn: LambdaFunction,
    payload: string,
    whenBusy: 'refuse',
  ) => Promise<Outcome | undefined>;
  readonly invokeAsync: (fn: LambdaFunction, payload: string) => Promise<void>;
}

const PATH = /^\/2015-03-31\/functions\/([^/]+)(\/invocations|\/code)?$/;

/**
 * The operations Invoke and, for what runs, GetFunction, as SDK clients call them: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html,
 * .../API_GetFunction.html. The code lies at `.../code`, for whoever knows the function.
 */
export function lambdaApi(api: LambdaApi): RequestListener {
  return (request, response) => {
    answer(api, request, response).catch((error: unknown) => {
      refuse(response, 500, ['ServiceException', String(error)]);
    });
  };
}

async function answer(
  api: LambdaApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, name, operation } = askedFor(request);
  const isInvocation = operation === '/invocations';
  const body = await readBody(request, PAYLOAD_LIMIT);
  const fn = api.find(name);
  if (request.method !== (isInvocation ? 'POST' : 'GET') || name === '') {
    const words = `The local Lambda invokes and shows its code: ${pathname} is not served.`;
    refuse(response, 501, ['NotImplemented', words]);
  } else if (!fn) {
    refuse(response, 404, ['ResourceNotFoundException', `Function not found: ${name}`]);
  } else if (!isInvocation) {
    const { host = '' } = request.headers;
    await show(fn, { isCode: operation === '/code', host }, response);
  } else if (!body) {
    const words = `Request must be smaller than ${PAYLOAD_LIMIT} bytes.`;
    refuse(response, 413, ['RequestTooLargeException', words]);
  } else {
    const type = String(request.headers['x-amz-invocation-type']);
    await dispatch(api, { fn, payload: body.toString('utf8') || '{}', type }, response);
  }
}

function askedFor({ url = '/' }: IncomingMessage) {
  const { pathname } = new URL(url, 'http://local');
  const [, name = '', operation = ''] = PATH.exec(pathname) ?? [];
  return { pathname, name: decodeURIComponent(name), operation };
}

/** What GetFunction says of a function, or the archive that it names. */
async function show(
  { name, arn, codeDir, handler, memoryMb, timeoutMs }: LambdaFunction,
  { isCode, host }: { readonly isCode: boolean; readonly host: string },
  response: ServerResponse,
): Promise<void> {
  const { archive, sha256 } = await pack(codeDir);
  if (isCode) {
    response.writeHead(200, { 'content-type': 'application/zip' }).end(archive);
    return;
  }
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/code`;
  sendJson(response, 200, {
    body: {
      Configuration: {
        FunctionName: name,
        FunctionArn: arn,
        Handler: handler,
        CodeSha256: sha256,
        CodeSize: archive.length,
        MemorySize: memoryMb,
        Timeout: timeoutMs / 1000,
      },
      Code: { RepositoryType: 'S3', Location: `http://${host}${path}` },
    },
  });
}

async function dispatch(
  api: LambdaApi,
  {
    fn,
    payload,
    type,
  }: { readonly fn: LambdaFunction; readonly payload: string; readonly type: string },
  response: ServerResponse,
): Promise<void> {
  if (!isJson(payload)) {
    const words = 'Could not parse request body into json.';
    refuse(response, 400, ['InvalidRequestContentException', words]);
    return;
  }
  if (type === 'DryRun' || type === 'Event') {
    if (type === 'Event') void api.invokeAsync(fn, payload);
    response.writeHead(type === 'Event' ? 202 : 204).end();
    return;
  }
  const outcome = await api.invoke(fn, payload, 'refuse');
  if (!outcome) {
    refuse(response, 429, ['TooManyRequestsException', 'Rate Exceeded.']);
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amzn-requestid': outcome.requestId,
    'x-amz-executed-version': '$LATEST',
    ...(outcome.ok ? {} : { 'x-amz-function-error': 'Unhandled' }),
  });
  response.end(outcome.payload);
}

function refuse(
  response: ServerResponse,
  status: number,
  [type, message]: readonly [string, string],
): void {
  sendJson(response, status, {
    body: { Type: status < 500 ? 'User' : 'Service', message },
    headers: { 'x-amzn-errortype': type },
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
