import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { startS3 } from '../../scripts/local/cloud/s3.ts';
import { aFolder } from '../support/folders.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
const BUCKET = 'data';

/** The project's S3 with one bucket behind a gate that counts what passes, and may leave the parts of uploads without an answer. */
export async function aBucket() {
  const s3 = await startS3({ dir: aFolder(), credentials, onObject: () => undefined });
  s3.createBucket(BUCKET);
  const sent: string[] = [];
  let passing = Number.POSITIVE_INFINITY;
  let onStuck = (): void => undefined;
  const gate = createServer((message, response) => {
    const path = message.url ?? '';
    if (path.includes('partNumber=')) {
      passing -= 1;
      if (passing < 0) {
        onStuck();
        return;
      }
    }
    if (['PUT', 'POST'].includes(message.method ?? '')) sent.push(path);
    passOn(new URL(s3.url), message, response);
  });
  const url = await listen(gate);
  const client = new S3Client({ endpoint: s3.url, region: 'us-east-1', credentials });
  return {
    objects: new S3Objects(client, BUCKET),
    /** Paths of all requests that write. */
    sent,
    /** From the n-th part on nothing is answered; resolves when the first of them comes. */
    stuckAfterParts: (parts: number) =>
      new Promise<void>((done) => {
        [passing, onStuck] = [parts, done];
      }),
    freed: () => {
      passing = Number.POSITIVE_INFINITY;
    },
    /** Environment in which `--bucket data` is this bucket. */
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    close: async () => {
      client.destroy();
      gate.closeAllConnections();
      gate.close();
      await s3.close();
    },
  };
}

/** As it came, its host too: that is signed. */
function passOn(to: URL, message: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = message;
  const onward = request({ host: to.hostname, port: to.port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  message.pipe(onward);
}

function listen(server: Server): Promise<string> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      done(`http://127.0.0.1:${port}`);
    });
  });
}
