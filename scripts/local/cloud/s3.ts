import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { listen } from './http.ts';
import { Blobs } from './s3/blobs.ts';
import { Catalog } from './s3/catalog.ts';
import type { Context } from './s3/context.ts';
import { S3Error } from './s3/errors.ts';
import { refuseBadName } from './s3/listing.ts';
import { type ObjectEvent, Outbox } from './s3/outbox.ts';
import { targetOf } from './s3/request.ts';
import { operationFor } from './s3/routes.ts';
import { authenticate, type Credentials } from './s3/signature.ts';
import { errorDocument } from './s3/xml.ts';

export interface LocalS3Options {
  readonly port?: number;
  /** Holds the objects and their index. */
  readonly dir: string;
  /** The one key pair that may sign; any region. */
  readonly credentials: Credentials;
  /** Told of every change once it is durable, at least once, also after a restart. A throw means: again later. */
  readonly onObject: (event: ObjectEvent) => void | Promise<void>;
}

export interface LocalS3 {
  readonly url: string;
  readonly port: number;
  /** Makes the bucket unless it is there. */
  readonly createBucket: (name: string) => void;
  readonly close: () => Promise<void>;
}

const Blob = z.object({ blob: z.string() });

/**
 * An S3 on loopback, path style: `http://127.0.0.1:<port>/<bucket>/<key>`. Signatures, presigned expiry, checksums
 * and conditional writes are enforced. Every acknowledged write survives SIGKILL; half an object is never visible.
 * @throws when `dir` is held by another process or `port` is taken
 */
export async function startS3({
  port = 0,
  dir,
  credentials,
  onObject,
}: LocalS3Options): Promise<LocalS3> {
  const catalog = new Catalog(dir);
  const known = catalog.all(Blob, 'SELECT blob FROM object UNION SELECT blob FROM part');
  const blobs = new Blobs(dir, new Set(known.map(({ blob }) => blob)));
  const outbox = new Outbox(catalog, onObject);
  const context = { catalog, blobs, outbox, now: () => new Date() };
  const running = new Set<Promise<void>>();
  const end = async () => {
    await Promise.all(running);
    await outbox.close();
    catalog.close();
  };
  const server = await listen((message, response) => {
    const answering = answer({ context, credentials }, message, response).finally(() => {
      running.delete(answering);
    });
    running.add(answering);
  }, port).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    url: server.url,
    port: server.port,
    createBucket: (name) => {
      refuseBadName(name);
      catalog.run('INSERT OR IGNORE INTO bucket (name, created) VALUES (?, ?)', name, Date.now());
    },
    close: async () => {
      await server.close();
      await end();
    },
  };
}

async function answer(
  { context, credentials }: { context: Context; credentials: Credentials },
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amz-request-id', randomBytes(8).toString('hex').toUpperCase());
  try {
    const target = targetOf(message);
    const signed = authenticate(message, target, { credentials, now: context.now() });
    await operationFor(target, message)({ ...context, message, response, target, signed });
  } catch (error) {
    refuse(message, response, error);
  }
  message.resume(); // whatever was not read, so that the connection can be used again
}

function refuse(message: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (message.destroyed && !message.complete) return; // the client has gone
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof S3Error ? error : new S3Error('InternalError', String(error));
  const body = errorDocument({
    Code: known.code,
    Message: known.message,
    Resource: message.url ?? '/',
    RequestId: String(response.getHeader('x-amz-request-id')),
  });
  response.writeHead(known.status, {
    ...known.headers,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(message.method === 'HEAD' ? undefined : body);
}
