import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { S3Objects } from '#adapters/s3/s3-objects.ts';
import { objectKey } from '#contract/keys.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { logsPartOf } from '../chaos/logs/part-of-stage.ts';
import { type Cloud, startCloud } from '../local/cloud/cloud.ts';
import { assemble } from '../local/economy/assembly.ts';
import { logFilesIn } from '../local/economy/uploads.ts';
import { type LogFile, uploadFiles } from '../viva/logs/uploader.ts';
import { print, table } from '../viva/output.ts';
import { dataSet } from './generate.ts';

/** As deployed: nobody is killed here. */
const HIDDEN_SECONDS = 60;
const PATIENCE_MS = 300_000;

/** What one bringing of files cost, from the first upload to the manifest that has them all. */
interface UploadsRow {
  readonly uploads: number;
  /** Of the whole corpus. */
  readonly messages: number;
  readonly wallMs: number;
  /** Of the room's processes; and of the uploader with the services, which are one. Linux only, else 0. */
  readonly roomCpuMs: number;
  readonly cloudCpuMs: number;
  /** Of the largest process of the room so far. */
  readonly peakRssMb: number;
  /** Requests for uploaded objects, and of those, for others than were brought now. */
  readonly gets: number;
  readonly getsOfOthers: number;
  /** All requests to S3 and to DynamoDB. */
  readonly s3Requests: number;
  readonly dynamoRequests: number;
}

export function addUploadsBench(program: Command): void {
  program
    .command('uploads')
    .description(
      'Uploads 328 generated logs to a local cloud, then one more, and measures until the corpus has them.',
    )
    .option('--json', 'prints an array of rows', false)
    .action(async ({ json }: { readonly json: boolean }) => {
      const rows = await benchUploads((row) => {
        if (!json) console.error(`${row.uploads} uploads: ${row.wallMs} ms`);
      });
      print(json, rows, () =>
        table(
          Object.keys(rows[0] ?? {}),
          rows.map((row) => Object.values(row).map(String)),
        ),
      );
    });
}

/** Brings 328 generated files to a local cloud, then one more. */
async function benchUploads(tell: (row: UploadsRow) => void): Promise<UploadsRow[]> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-bench-uploads-'));
  const assembly = await logsPartOf(await assemble(), join(dir, 'assembly'), HIDDEN_SECONDS);
  const cloud = await startCloud({ assembly, dir: join(dir, 'state') });
  try {
    const bench = new Bench(cloud);
    const files = await logFilesIn(dataSet(1));
    const rows: UploadsRow[] = [];
    for (const brought of [files, [await another(files, dir)]]) {
      const row = await bench.bring(brought);
      rows.push(row);
      tell(row);
    }
    return rows;
  } finally {
    await cloud.stop();
    await rm(dir, { recursive: true });
  }
}

/** The first day once more, two years later. */
async function another([first]: readonly LogFile[], dir: string): Promise<LogFile> {
  if (first === undefined) throw new Error('There is no generated file.');
  const text = await readFile(first.path, 'utf8');
  const path = join(dir, 'another.json');
  await writeFile(path, text.replaceAll('"timestamp": "2024', '"timestamp": "2026'));
  return { path, source: 'stream-00/chat_logs_20260601.json' };
}

class Bench {
  readonly #cloud: Cloud;
  readonly #objects: S3Objects;
  readonly #pointers: DynamoCorpusPointers;
  #sources = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const { region, credentials, endpoints } = cloud;
    const outputs = cloud.outputs['economia-viva-local-state'];
    const s3 = new S3Client({ region, credentials, endpoint: endpoints.s3 });
    const dynamo = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
    this.#objects = new S3Objects(s3, outputs?.['DataBucket'] ?? '');
    this.#pointers = new DynamoCorpusPointers(
      DynamoDBDocumentClient.from(dynamo),
      outputs?.['EconomyTable'] ?? '',
    );
  }

  async bring(files: readonly LogFile[]): Promise<UploadsRow> {
    const requests = new Requests(this.#cloud, files);
    const roomsBefore = this.#roomCpuMs();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await uploadFiles(files, { target: { objects: this.#objects, agent: COLLECTOR } });
    this.#sources += files.length;
    const { messages } = await this.#collected();
    const wallMs = Math.round(performance.now() - begun);
    const { user, system } = process.cpuUsage(cpu);
    return {
      uploads: files.length,
      messages,
      wallMs,
      roomCpuMs: this.#roomCpuMs() - roomsBefore,
      cloudCpuMs: Math.round((user + system) / 1000),
      // there is but one room in this part of the stage
      peakRssMb: Math.max(0, ...Object.values(this.#cloud.peakMb())),
      ...requests.stop(),
    };
  }

  #roomCpuMs(): number {
    return this.#cloud.pids().reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  }

  async #collected(): Promise<CorpusPointer> {
    const since = Date.now();
    while (Date.now() - since < PATIENCE_MS) {
      const pointer = await this.#pointers.pointer(COLLECTOR);
      if (pointer?.sources === this.#sources) return pointer;
      await sleep(40);
    }
    throw new Error(`The corpus had not ${this.#sources} sources after ${PATIENCE_MS / 1000} s.`);
  }
}

/** CPU of a process so far; proc(5): fields 14 and 15 of stat, in hundredths of a second. */
function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

/** Counts what the services of the local cloud, which run in this process, are asked for. */
class Requests {
  readonly #dynamo: string;
  readonly #s3: string;
  readonly #own: ReadonlySet<string>;
  readonly #counts = { gets: 0, getsOfOthers: 0, s3Requests: 0, dynamoRequests: 0 };

  constructor({ endpoints }: Cloud, files: readonly LogFile[]) {
    this.#dynamo = new URL(endpoints.dynamodb).host;
    this.#s3 = new URL(endpoints.s3).host;
    this.#own = new Set(files.map(({ source }) => objectKey.log(COLLECTOR, source)));
    subscribe('http.server.request.start', this.#count);
  }

  stop(): Pick<UploadsRow, 'gets' | 'getsOfOthers' | 's3Requests' | 'dynamoRequests'> {
    unsubscribe('http.server.request.start', this.#count);
    return this.#counts;
  }

  readonly #count = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return;
    const { request } = message;
    if (!(request instanceof IncomingMessage)) return;
    if (request.headers.host === this.#dynamo) this.#counts.dynamoRequests += 1;
    if (request.headers.host === this.#s3) this.#countS3(request);
  };

  #countS3({ method, url = '' }: IncomingMessage): void {
    this.#counts.s3Requests += 1;
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    const key = path.replace(/^\/[^/]*\//, '');
    if (method !== 'GET' || !key.startsWith(objectKey.log(COLLECTOR, ''))) return;
    this.#counts.gets += 1;
    if (!this.#own.has(key)) this.#counts.getsOfOthers += 1;
  }
}
