import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { explain } from './cannot-start.ts';

/** A loopback HTTP server that is already listening. */
export interface LocalServer {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * Listens on 127.0.0.1 (`port` 0 chooses a free one), with keep-alive connections.
 * @throws CannotStart when the port is in use
 */
export async function listen(listener: RequestListener, port = 0): Promise<LocalServer> {
  // SDK clients keep idle sockets: a server that closes them first makes the next request fail
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(asError(explain(error, `Port ${port} on 127.0.0.1`)));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  return { url: `http://127.0.0.1:${bound}`, port: bound, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** The whole request body, or undefined when it is longer than `limit` bytes (the rest is read and dropped). */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // by events: an async iterator over each of so many small bodies would cost more than they do
  return new Promise((resolve, reject) => {
    request.on('data', (bytes: Buffer) => {
      size += bytes.length;
      if (size <= limit) chunks.push(bytes);
    });
    request.once('end', () => {
      resolve(size > limit ? undefined : Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', () => {
      reject(new Error('The request ended before its body did.'));
    });
  });
}

/** Answers with JSON and its length. */
export function sendJson(
  response: ServerResponse,
  status: number,
  {
    body,
    headers = {},
  }: { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** What was thrown, as an Error. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
