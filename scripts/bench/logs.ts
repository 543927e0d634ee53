import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { dataSet, giant, MESSAGES } from './generate.ts';
import { type Job, measure, type Row } from './measure.ts';

export const ENGINES = ['economia-viva', 'duckdb', 'json-parse-floor'] as const;
export type Engine = (typeof ENGINES)[number];

export interface Wanted {
  readonly sizes: readonly number[];
  readonly giants: boolean;
  readonly engines: readonly Engine[];
  readonly runs: number;
}

/** Rooms run with the same: a small young generation keeps V8 lean. */
const LEAN = ['--max-semi-space-size=1'];

interface DataSet {
  readonly size: number | string;
  readonly folder: string;
  readonly messages: number;
  readonly kind: 'chat' | 'json' | 'txt';
}

/** Every engine on every data set, one after the other, `runs` times; the median by wall time of each. */
export async function benchLogs(wanted: Wanted, tell: (row: Row) => void): Promise<Row[]> {
  const bundle = join(tmpdir(), `economia-viva-bench-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'economia-viva.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'error',
  });
  try {
    const rows: Row[] = [];
    for (const set of dataSets(wanted)) {
      const jobs = wanted.engines
        .filter((engine) => engine !== 'json-parse-floor' || set.kind === 'chat')
        .map((engine) => jobOf(engine, set, bundle));
      for (const median of await medians(jobs, set, wanted.runs)) {
        rows.push(median);
        tell(median);
      }
    }
    return rows;
  } finally {
    rmSync(bundle, { force: true });
  }
}

/** Of each job the run with the median wall time. The jobs take turns, so that what else the machine does falls on all. */
async function medians(jobs: readonly Job[], set: DataSet, runs: number): Promise<Row[]> {
  const all = jobs.map((): Row[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [index, job] of jobs.entries()) all[index]?.push(await row(job, set));
  }
  return all.flatMap((rows) => {
    const median = rows.toSorted((a, b) => a.wallMs - b.wallMs)[rows.length >> 1];
    return median === undefined ? [] : [median];
  });
}

function* dataSets({ sizes, giants }: Wanted): Iterable<DataSet> {
  for (const size of sizes) {
    yield { size, folder: dataSet(size), messages: size * MESSAGES, kind: 'chat' };
  }
  if (!giants) return;
  for (const kind of ['json', 'txt'] as const) {
    const { folder, messages } = giant(kind);
    yield { size: kind === 'json' ? 'one array' : 'full.txt', folder, messages, kind };
  }
}

async function row(job: Job, { size, messages }: DataSet): Promise<Row> {
  return { engine: job.name, size, messages, ...(await measure(job)) };
}

function jobOf(engine: Engine, { folder, kind }: DataSet, bundle: string): Job {
  const script = engine === 'economia-viva' ? bundle : join(import.meta.dirname, `${engine}.ts`);
  return {
    name: engine,
    nodeOptions: engine === 'economia-viva' ? LEAN : [],
    script,
    args: (out) => [folder, out, kind],
  };
}
