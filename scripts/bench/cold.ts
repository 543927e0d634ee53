import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { build as esbuild, stop } from 'esbuild';
import * as z from 'zod';
import type { EnvOf, HeartbeatEnv } from '#contract/env.ts';
import { walletSecretName } from '#contract/keys.ts';
import { ROOM_ENVIRONMENT } from '../../lib/room-environment.ts';
import { OPTIONS } from '../build/bundle.ts';
import { oneStart } from '../build/one-start.ts';
import { findRooms } from '../build/rooms.ts';
import { build } from '../build.ts';
import { type Secrets, startSecrets } from '../local/cloud/secrets.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { hundredths, tenths } from './load.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const STAGE = 'bench';
const AGENT = 'kk-karma-hello';

/** One bundle's start: medians over the runs. CPU and wall from before its import to the end of what INIT waits for. */
export interface ColdRow {
  readonly bundle: string;
  /** Kilobytes (1000) loaded at the start; chunks that wait for their first use are not in it. */
  readonly eagerKB: number;
  readonly cpuMs: number;
  /** CPU over that of the empty handler: what the bare runtime does not cost. */
  readonly overBareMs: number;
  readonly wallMs: number;
  readonly rssMb: number;
  /** CPU over that of the handler which imports the DynamoDB document client and no more. */
  readonly ofDocumentClient: number;
}

/** What Lambda's bootstrap does before the first event, measured from inside; the bare runtime's own start is not in it. */
const STARTER = `
const [path] = process.argv.slice(2);
const before = process.cpuUsage(), begun = performance.now();
await import(path);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify([(user + system) / 1000, performance.now() - begun, process.memoryUsage.rss() / 1e6]));
process.exit(0);
`;

/** CPU ms, wall ms, resident MB. */
const Sample = z.tuple([z.number(), z.number(), z.number()]);
type Sample = z.infer<typeof Sample>;

const PEERS = {
  empty: 'export const handler = () => {};\n',
  'document-client': `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
const client = DynamoDBDocumentClient.from(new DynamoDBClient());
export const handler = (Key) => client.send(new GetCommand({ TableName: 'economy', Key }));
`,
} as const;

const FIRST_REQUEST = 'heartbeat + first signed request';

/** A heartbeat's INIT as its room has it, and then one request of its agent, signed by ERC-8128 as for a market. */
const TRADING = `
import { signRequest } from '#adapters/erc8128/sign.ts';
import { beat } from '#core/heartbeat/beat.ts';
import { wire } from './functions/heartbeat/wiring.ts';
const house = wire();
const { hands } = await house.services(house.resident);
const signer = { chainId: hands.network.chainId, address: hands.self, signMessage: (bytes) => hands.wallet.signMessage(bytes) };
const { signature } = await signRequest({ method: 'GET', url: 'https://market.example/api/v1/tasks' }, signer, { now: 1e9 });
if (!/^eth=:[\\w+/]{87}=:$/.test(signature)) throw new Error('The first request bears no signature.');
export { beat as handler };
`;

export function addColdBench(program: Command): void {
  program
    .command('cold')
    .description(
      "How long every room's bundle takes to start, the heartbeat with its key derived and its signer warm, and then with its first signed request, beside an empty handler and the DynamoDB document client.",
    )
    .option('--runs <n>', 'process starts, of which the median is printed', wholeNumber, 15)
    .option('--json', 'prints an array of rows', false)
    .action(({ runs, json }: { readonly runs: number; readonly json: boolean }) =>
      benchCold(runs, (done) => {
        if (!json) console.error(done);
      })
        .then((rows) => {
          print(json, rows, () =>
            table(
              Object.keys(rows[0] ?? {}),
              rows.map((row) => Object.values(row).map(String)),
            ),
          );
        })
        .catch(fail),
    );
}

/** Every bundle in turn, again and again, so that the machine's moods fall on all alike. */
export async function benchCold(runs: number, tell: (done: string) => void): Promise<ColdRow[]> {
  await build({ quiet: true });
  const dir = await mkdtemp(join(tmpdir(), 'viva-bench-cold-'));
  const secrets = await startSecrets({ dir });
  try {
    secrets.ensure(
      walletSecretName(STAGE, AGENT),
      JSON.stringify({ privateKey: `0x${'1'.padStart(64, '0')}` }),
    );
    const bundles = [...(await peers(dir)), ...(await rooms())];
    const starter = join(dir, 'starter.mjs');
    await writeFile(starter, STARTER);
    const samples = new Map<string, Sample[]>(bundles.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run += 1) {
      for (const { name, entry } of bundles)
        samples.get(name)?.push(await start(starter, entry, environment(secrets)));
      tell(`run ${run + 1} of ${runs}`);
    }
    return rowsOf(bundles, samples);
  } finally {
    await secrets.close();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Bundle {
  readonly name: string;
  readonly entry: string;
  readonly metafile: Built;
}

async function peers(dir: string): Promise<Bundle[]> {
  const start = oneStart(join(ROOT, 'functions/heartbeat/wiring.ts'));
  const sources = { ...PEERS, [FIRST_REQUEST]: TRADING };
  const bundles = await Promise.all(
    Object.entries(sources).map(async ([name, contents], index) => {
      const outdir = join(dir, `${index}`);
      const stdin = { contents, resolveDir: ROOT };
      const plugins = [...(name === FIRST_REQUEST ? [start] : []), ...OPTIONS.plugins];
      const { metafile } = await esbuild({ ...OPTIONS, plugins, stdin, outdir });
      return { name, entry: join(outdir, 'index.mjs'), metafile };
    }),
  );
  await stop();
  return bundles;
}

/** The functions: the relay is started once, and stays. */
async function rooms(): Promise<Bundle[]> {
  const found = (await findRooms(ROOT)).filter(({ kind }) => kind === 'lambda');
  return Promise.all(
    found.map(async ({ name }) => ({
      name,
      entry: join(ROOT, 'dist/rooms', name, 'index.mjs'),
      metafile: await metafileOf(name),
    })),
  );
}

/** Of esbuild's metafile, what says which file loads which (https://esbuild.github.io/api/#metafile). */
const Built = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      bytes: z.number(),
      inputs: z.record(z.string(), z.unknown()),
      imports: z.array(z.object({ path: z.string(), kind: z.string() })),
    }),
  ),
});
type Built = z.infer<typeof Built>;

async function metafileOf(room: string): Promise<Built> {
  return Built.parse(JSON.parse(await readFile(join(ROOT, 'dist/meta', `${room}.json`), 'utf8')));
}

/** npm packages of which a built room loads something before its first event. */
export async function packagesAtStart(room: string): Promise<ReadonlySet<string>> {
  const inputs = eager(await metafileOf(room)).flatMap((output) => Object.keys(output.inputs));
  return new Set(
    inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );
}

/** What is loaded at the start: the entry, and every chunk that is imported by a statement. */
function eager({ outputs }: Built): Built['outputs'][string][] {
  const entry = Object.keys(outputs).find((path) => path.endsWith('index.mjs')) ?? '';
  const seen = new Set([entry]);
  // a set may grow while it is gone through
  for (const path of seen) {
    for (const { kind, path: next } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && next in outputs) seen.add(next);
  }
  return [...seen].flatMap((path) => outputs[path] ?? []);
}

async function start(starter: string, entry: string, env: NodeJS.ProcessEnv): Promise<Sample> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [starter, pathToFileURL(entry).href],
    { env },
  );
  return Sample.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** What the local cloud gives a function, as far as a start asks for it: nothing but the wallet's secret is answered. */
function environment({ url }: Secrets): NodeJS.ProcessEnv {
  const nowhere = 'http://127.0.0.1:9';
  const heartbeat: EnvOf<typeof HeartbeatEnv> = {
    STAGE,
    NETWORK: 'local',
    RPC_URL: nowhere,
    AGENT_ID: AGENT,
    BEAT_SECONDS: '300',
    AGENT_IDENTITY: '',
    ECONOMY_TABLE: 'economy',
    DATA_BUCKET: 'data',
    IRC_OUT_QUEUE_URL: nowhere,
    WAKE_QUEUE_URL: nowhere,
    MARKET_URL: nowhere,
    MARKET_WORKER: 'rest',
    MARKET_MCP_URL: nowhere,
    MARKET_LIMITS: 'own',
    STOREFRONT_URL: nowhere,
    FACILITATOR_URL: nowhere,
    DELIVERY_HOSTS: '127.0.0.1',
    LOG_TIME_ZONE: 'UTC',
    TALK_LIMITS: '{}',
  };
  return {
    ...heartbeat,
    PATH: process.env['PATH'],
    ...ROOM_ENVIRONMENT,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: nowhere,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
  };
}

function rowsOf(
  bundles: readonly Bundle[],
  samples: ReadonlyMap<string, readonly Sample[]>,
): ColdRow[] {
  const of = (name: string, figure: 0 | 1 | 2) =>
    median((samples.get(name) ?? []).map((sample) => sample[figure]));
  return bundles.map(({ name, metafile }) => ({
    bundle: name,
    eagerKB: Math.round(eager(metafile).reduce((sum, { bytes }) => sum + bytes, 0) / 1000),
    cpuMs: tenths(of(name, 0)),
    overBareMs: tenths(of(name, 0) - of('empty', 0)),
    wallMs: tenths(of(name, 1)),
    rssMb: Math.round(of(name, 2)),
    ofDocumentClient: hundredths(of(name, 0) / of('document-client', 0)),
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
