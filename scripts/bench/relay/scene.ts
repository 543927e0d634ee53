import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import * as z from 'zod';
import { OPTIONS } from '../../build/bundle.ts';
import { type Place, startPlace } from '../../chaos/irc/place.ts';
import { type Certificate, selfSigned } from '../../local/irc/inspircd.ts';
import { type QueueStub, startQueueStub } from './queue-stub.ts';

const REQUIRE =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
const LOOK_MS = 50;
const GIVE_UP_MS = 180_000;

const Health = z.object({ connected: z.number(), cpuMs: z.number(), rssMb: z.number() });
type Health = z.infer<typeof Health>;
const Cpu = z.object({ cpuMs: z.number() });

/** A relay's process with a made-up roster. */
export interface Crowd {
  readonly look: () => Promise<Health>;
  /** Resolves when so many are connected. @throws after three minutes */
  readonly allIn: (count: number) => Promise<Health>;
  /** Milliseconds since the epoch at which connections were begun. */
  readonly begun: number[];
  readonly end: () => Promise<void>;
}

export interface CrowdOptions {
  readonly agents: number;
  readonly port: number;
  readonly temper: 'patient' | 'quick';
}

/** Where the relay is measured: beside a queue with nothing behind it, a table, a bucket, and programs bundled as they are deployed. */
export class Scene {
  readonly dir: string;
  readonly certificate: Certificate;
  readonly queue: QueueStub;
  /** What is done with each message that arrives at a queue. */
  onSent: (body: string) => void = () => undefined;
  readonly #place: Place;
  #crowds = 0;

  private constructor(parts: {
    dir: string;
    certificate: Certificate;
    place: Place;
    queue: QueueStub;
  }) {
    this.dir = parts.dir;
    this.certificate = parts.certificate;
    this.#place = parts.place;
    this.queue = parts.queue;
  }

  static async open(): Promise<Scene> {
    const dir = await mkdtemp(join(tmpdir(), 'viva-bench-relay-'));
    const hear: { onSent: (body: string) => void } = { onSent: () => undefined };
    const [certificate, place, queue] = await Promise.all([
      selfSigned(dir),
      startPlace(dir),
      startQueueStub((body) => {
        hear.onSent(body);
      }),
      bundled('crowd', dir),
      bundled('irc-framework', dir),
    ]);
    const scene = new Scene({ dir, certificate, place, queue });
    hear.onSent = (body) => {
      scene.onSent(body);
    };
    return scene;
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.#place.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  crowd({ agents, port, temper }: CrowdOptions): Crowd {
    this.#crowds += 1;
    const dir = join(this.dir, `relay-${this.#crowds}`);
    mkdirSync(dir);
    // the nicks of the one before are taken up at once
    writeFileSync(join(dir, 'owner'), 'bench');
    const { fingerprint } = this.certificate;
    const env = {
      ...this.#place.environment({ servers: `127.0.0.1:${port}`, fingerprint, temper }),
      AWS_ENDPOINT_URL_SQS: this.queue.url,
      IRC_OUT_QUEUE_URL: this.queue.queueUrl('out.fifo'),
      IRC_DEAD_QUEUE_URL: this.queue.queueUrl('dead.fifo'),
      COMMAND_QUEUE_URL: this.queue.queueUrl('commands'),
      WAKE_QUEUE_URL: this.queue.queueUrl('wake'),
      RELAY_DIR: dir,
      NODE_ENV: 'production',
    };
    const child = this.#fork('crowd', [agents], env);
    const begun = connectionsOf(child);
    const look = async (): Promise<Health> => {
      const answer = new Promise<unknown>((resolve) => child.once('message', resolve));
      child.send('look');
      return Health.parse(await answer);
    };
    return { look, begun, allIn: (count) => until(look, count), end: () => ended(child) };
  }

  /** irc-framework alone: `heard` resolves with its CPU time when all have heard all. */
  peer(options: { readonly port: number; readonly connections: number; readonly lines: number }) {
    const { port, connections, lines } = options;
    const args = [port, connections, lines, this.certificate.fingerprint];
    const child = this.#fork('irc-framework', args, {});
    const heard = new Promise<unknown>((resolve) => child.once('message', resolve));
    return {
      heard: heard.then((told) => Cpu.parse(told).cpuMs),
      end: () => ended(child),
    };
  }

  #fork(
    name: string,
    args: readonly (number | string)[],
    env: Readonly<Record<string, string>>,
  ): ChildProcess {
    return fork(join(this.dir, name, 'index.mjs'), args.map(String), {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
  }
}

async function until(look: () => Promise<Health>, count: number): Promise<Health> {
  const end = Date.now() + GIVE_UP_MS;
  for (;;) {
    const health = await look();
    if (health.connected === count) return health;
    if (Date.now() > end) throw new Error(`Only ${health.connected} of ${count} are connected.`);
    await sleep(LOOK_MS);
  }
}

function connectionsOf(child: ChildProcess): number[] {
  const begun: number[] = [];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const count = chunk.match(/"message":"connecting"/g)?.length ?? 0;
    begun.push(...Array<number>(count).fill(Date.now()));
  });
  return begun;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

async function bundled(name: string, dir: string): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outdir: join(dir, name),
    banner: { js: REQUIRE },
    sourcemap: false,
  });
}
