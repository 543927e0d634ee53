import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { DynamoError } from './dynamodb/errors.ts';
import { openDynamo } from './dynamodb/requests.ts';
import { listen, readBody } from './http.ts';

const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const TARGET = /^DynamoDB_20120810\.(\w+)$/;
const Body = z.record(z.string(), z.unknown());

export interface LocalDynamo {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

type Dynamo = ReturnType<typeof openDynamo>;

/**
 * A DynamoDB on loopback, for any credentials and region. Every acknowledged write is in `dir` and survives
 * SIGKILL, a transaction wholly or not at all; without `dir` everything is in memory.
 * The wire is AWS JSON 1.0: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 * @throws when `dir` is held by another process or `port` is taken
 */
export async function startDynamo({
  port = 0,
  dir,
}: {
  port?: number;
  dir: string | undefined;
}): Promise<LocalDynamo> {
  const dynamo = openDynamo(dir);
  const server = await listen((request, response) => {
    void answer(dynamo, request, response);
  }, port).catch(async (error: unknown) => {
    await dynamo.close();
    throw error;
  });
  return {
    url: server.url,
    port: server.port,
    close: async () => {
      await server.close();
      await dynamo.close();
    },
  };
}

async function answer(
  dynamo: Dynamo,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const operation = TARGET.exec(request.headers['x-amz-target']?.toString() ?? '')?.[1] ?? '';
    const result = await dynamo.request(operation, await bodyOf(request));
    send(response, 200, result === '' ? '' : JSON.stringify(result));
  } catch (error) {
    const refusal =
      error instanceof DynamoError ? error : new DynamoError('InternalServerError', String(error));
    send(response, refusal.statusCode, JSON.stringify(refusal.body));
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(request, MAX_REQUEST_BYTES);
  if (!bytes) throw new DynamoError('RequestLimitExceeded', 'The request is larger than 16 MB');
  try {
    return Body.parse(JSON.parse(bytes.toString()));
  } catch {
    throw new DynamoError(
      'com.amazon.coral.service#SerializationException',
      'The request body is not a JSON object',
    );
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    'x-amz-crc32': crc32(body),
    'x-amzn-requestid': randomBytes(26).toString('hex').toUpperCase(),
  });
  response.end(body);
}
