import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { CREDENTIALS } from '../../local/cloud/aws.ts';
import { CannotStart } from '../../local/cloud/cannot-start.ts';
import { kill } from '../life.ts';
import { belonging, living, roleOf } from '../processes.ts';

const CLOUD = fileURLToPath(new URL('cloud.ts', import.meta.url));

const Ready = z.object({
  region: z.string(),
  endpoints: z.object({ dynamodb: z.url(), s3: z.url() }),
  outputs: z.record(z.string(), z.record(z.string(), z.string())),
});

export interface Place {
  readonly assembly: string;
  readonly dir: string;
  readonly portBase: number;
}

/** A cloud in a process group of its own, on fixed ports: clients outlive its deaths. */
export class VictimCloud {
  readonly #place: Place;
  #child: ChildProcess | undefined;
  #ready: z.infer<typeof Ready> | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  async start(): Promise<void> {
    const { assembly, dir, portBase } = this.#place;
    const log = openSync(`${dir}.log`, 'a');
    const child = spawn(process.execPath, [CLOUD, assembly, dir, String(portBase)], {
      detached: true,
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#child = child;
    if (child.stdout === null) throw new Error('The cloud has no standard output.');
    for await (const line of createInterface({ input: child.stdout })) {
      this.#ready = Ready.parse(JSON.parse(line));
      return;
    }
    throw new CannotStart(`The local cloud did not start; ${dir}.log says why.`);
  }

  clients(): { readonly objects: S3Objects; readonly pointers: DynamoCorpusPointers } {
    if (this.#ready === undefined) throw new Error('The cloud was asked before it was started.');
    const { region, endpoints, outputs } = this.#ready;
    const output = (name: string): string => outputs['economia-viva-local-state']?.[name] ?? '';
    const client = (endpoint: string) => ({
      region,
      endpoint,
      credentials: CREDENTIALS,
      maxAttempts: 8,
    });
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client(endpoints.dynamodb)));
    return {
      objects: new S3Objects(new S3Client(client(endpoints.s3)), output('DataBucket')),
      pointers: new DynamoCorpusPointers(dynamo, output('EconomyTable')),
    };
  }

  /** SIGKILL to a process of the collector; false when there was none. `roll` in [0, 1). */
  killRoom(roll: number): boolean {
    const group = this.#child?.pid ?? 0;
    const rooms = belonging(living(), { dir: this.#place.dir, groups: new Set([group]) }).filter(
      (one) => roleOf(one)?.kind === 'room',
    );
    const victim = rooms[Math.floor(roll * rooms.length)];
    return victim !== undefined && kill(victim.pid);
  }

  /** SIGKILL to everything; what is in queues is gone. */
  async killAll(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = new Promise((done) => child.once('exit', done));
    kill(-child.pid);
    if (child.exitCode === null && child.signalCode === null) await gone;
  }
}
