import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EnvOf, IrcRelayEnv } from '#contract/env.ts';
import { pinned } from '../../lib/constructs/image-context.ts';
import { build } from '../../scripts/build.ts';
import { aFolder } from '../support/folders.ts';

const root = resolve(import.meta.dirname, '../..');
const context = join(root, 'dist/rooms/irc-relay');

describe('the base image', () => {
  const from = (line: string) => {
    const folder = aFolder();
    writeFileSync(join(folder, 'Dockerfile'), `# a comment\n${line}\nWORKDIR /app\n`);
    return folder;
  };

  it('is named by its digest', () => {
    const digest = 'a'.repeat(64);
    const good = from(`FROM example/node:24@sha256:${digest}`);
    expect(pinned(good)).toBe(good);
    expect(() => pinned(from('FROM example/node:24'))).toThrow(
      /starts from example\/node:24, which may change under us: add its digest/,
    );
    expect(() => pinned(from(`FROM a@sha256:${digest}\nFROM b:1 AS two`))).toThrow(
      'starts from b:1',
    );
    expect(() => pinned(join(root, 'functions/irc-relay'))).not.toThrow();
  });
});

/** The steps of our Dockerfile, done in a folder far from any node_modules; a step that is not known here fails the test. */
function image(): {
  readonly folder: string;
  readonly program: string;
  readonly env: Record<string, string>;
} {
  const folder = aFolder();
  const lines = readFileSync(join(context, 'Dockerfile'), 'utf8').split('\n');
  let workdir = folder;
  let program = '';
  const env: Record<string, string> = {};
  for (const line of lines.filter((each) => /^[A-Z]+ /.test(each))) {
    const [step = '', rest = ''] = line.split(/ (.*)/s);
    if (step === 'WORKDIR') mkdirSync((workdir = join(folder, rest)), { recursive: true });
    else if (step === 'COPY') cpSync(context, workdir, { recursive: true });
    else if (step === 'ENV') Object.assign(env, Object.fromEntries([rest.split('=')]));
    else if (step === 'CMD') program = join(workdir, (JSON.parse(rest) as string[])[0] ?? '');
    else expect(['FROM', 'USER', 'VOLUME']).toContain(step);
  }
  return { folder, program, env };
}

describe('the build context of the relay', () => {
  beforeAll(() => build({ quiet: true }));

  it('is complete: what the Dockerfile makes of it starts and calls AWS and its IRC server', async () => {
    const { program, env, folder } = image();
    const called = Promise.withResolvers<string>();
    const server = createServer((socket) => {
      socket.once('data', (data) => {
        called.resolve(data.toString());
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const relay = spawn(process.execPath, [program], {
      cwd: folder,
      env: { ...env, ...aStage(port, folder) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [relay.stdout, relay.stderr])
      stream.on('data', (data: Buffer) => (said += data.toString()));
    const ended = new Promise<string>((done) =>
      relay.once('exit', (code) => {
        done(`exit ${code}: ${said}`);
      }),
    );
    expect(await Promise.race([called.promise, ended])).toMatch(/^(CAP|NICK|USER|POST) /);
    relay.kill('SIGKILL');
    server.close();
  }, 60_000);

  it('holds the program, and nothing that a build left behind', () => {
    const others = readdirSync(context).filter((name) => !/^(index|chunk-.+)\.mjs$/.test(name));
    expect(others.toSorted()).toEqual(['Dockerfile', 'package.json']);
  });
});

/** AWS and IRC behind one port: whom it calls first is its own affair. */
function aStage(port: number, folder: string): EnvOf<typeof IrcRelayEnv> & Record<string, string> {
  const nowhere = `http://127.0.0.1:${port}`;
  return {
    STAGE: 'local',
    ECONOMY_TABLE: 'economy',
    DATA_BUCKET: 'data',
    IRC_OUT_QUEUE_URL: `${nowhere}/out`,
    IRC_DEAD_QUEUE_URL: `${nowhere}/dead`,
    COMMAND_QUEUE_URL: `${nowhere}/commands`,
    WAKE_QUEUE_URL: `${nowhere}/wake`,
    IRC_SERVERS: `127.0.0.1:${port}`,
    IRC_FINGERPRINTS: '',
    IRC_TLS: 'off',
    IRC_TEMPER: 'quick',
    IRC_CREDENTIALS_SECRET: 'irc',
    RELAY_DIR: join(folder, 'tmp/relay'),
    LOG_EVERY_SECONDS: '60',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: nowhere,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
}
