import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { ACCOUNT } from '../aws.ts';

/** What a route matched, and the request with its whole body. */
export interface ProxyRequest {
  readonly apiId: string;
  readonly requestId: string;
  readonly routeKey: string;
  readonly stage: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly now: Date;
}

/** Content types whose bodies API Gateway passes on as text; any other arrives as base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript|[\w.-]+\+(json|xml)))/;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, format 2.0 */
export function proxyEvent(incoming: ProxyRequest): object {
  const { request, body, routeKey, pathParameters } = incoming;
  const { path, query } = splitUrl(request);
  const { cookie, ...headers } = request.headers;
  const isText = TEXT.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    cookies: cookie?.split('; '),
    headers: joined(headers),
    queryStringParameters: query === '' ? undefined : joinedQuery(query),
    pathParameters: Object.keys(pathParameters).length === 0 ? undefined : pathParameters,
    requestContext: requestContext(incoming, path),
    body: body.length === 0 ? undefined : body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function requestContext(incoming: ProxyRequest, path: string): object {
  const { request, apiId, requestId, routeKey, stage, now } = incoming;
  return {
    accountId: ACCOUNT,
    apiId,
    domainName: request.headers.host ?? '',
    domainPrefix: apiId,
    http: {
      method: request.method,
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey,
    stage,
    time: now.toUTCString(),
    timeEpoch: now.getTime(),
  };
}

function splitUrl({ url = '/' }: IncomingMessage): {
  readonly path: string;
  readonly query: string;
} {
  const at = url.indexOf('?');
  if (at < 0) return { path: decodePath(url), query: '' };
  return { path: decodePath(url.slice(0, at)), query: url.slice(at + 1) };
}

function joined(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
}

function joinedQuery(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : `${before},${value}`;
  }
  return parameters;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const ProxyResult = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .nullish()
    .transform((headers) => headers ?? {}),
  cookies: z
    .array(z.string())
    .nullish()
    .transform((cookies) => cookies ?? []),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ''),
  isBase64Encoded: z.boolean().nullish(),
});

/** Writes what the function returned; anything that is not a proxy result is the JSON body of a 200. False when it is neither. */
export function sendResult(response: ServerResponse, payload: string): boolean {
  const value: unknown = JSON.parse(payload);
  if (typeof value === 'object' && value !== null && 'statusCode' in value) {
    const parsed = ProxyResult.safeParse(value);
    if (parsed.success) sendProxyResult(response, parsed.data);
    return parsed.success;
  }
  const body = Buffer.from(typeof value === 'string' ? value : payload);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
  return true;
}

function sendProxyResult(response: ServerResponse, result: z.infer<typeof ProxyResult>): void {
  const { statusCode, headers, cookies, body, isBase64Encoded } = result;
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  for (const [name, text] of Object.entries(headers)) response.setHeader(name, String(text));
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.setHeader('content-length', bytes.length);
  response.writeHead(statusCode).end(bytes);
}
