import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { build } from 'esbuild';
import { objectKey } from '#contract/keys.ts';
import { CorpusManifest } from '#contract/log-record.ts';
import { Product } from '#contract/products.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { ROOM_ENVIRONMENT } from '../../lib/room-environment.ts';
import { REAL_LOGS } from '../goldens/read.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { measure, type Row } from './measure.ts';
import { collectedCorpus, generatedCorpus, MANIFEST } from './refine/corpus.ts';

interface Options {
  readonly sizes: number[];
  readonly real: boolean;
  /** Each product by itself, too. */
  readonly each: boolean;
  readonly json: boolean;
}

interface ProductRow extends Row {
  /** Messages a second of CPU. */
  readonly perSecond: number;
  /** CPU time over that of a plain JSON.parse of the same messages. */
  readonly ofFloor: number;
}

/** As rooms run (`lib/constructs/room-function.ts`), in a heap that leaves room for the rest of a Lambda of 512 MB. */
const LEAN = {
  nodeOptions: ['--max-old-space-size=384'],
  env: ROOM_ENVIRONMENT,
};
/** What is claimed of all six products of the real lines, made in one process: its peak, and its CPU time, which other work on the machine changes least. */
const CLAIM = { peakRssMb: 512, cpuMs: 30_000 };
const REAL = 'real lines';
const ALL = 'all six';
const FLOOR = 'json-parse';

export function addRefineBench(program: Command): void {
  program
    .command('refine')
    .description(
      `Makes each product of generated messages of the same 5,000 people, and all six of the real lines: fails unless these take at most ${CLAIM.cpuMs / 1000} s of CPU and ${CLAIM.peakRssMb} MB in one process.`,
    )
    .option('--sizes <list>', 'messages', sizes, [200_000, 2_000_000])
    .option('--no-real', 'leaves out the real lines')
    .option('--no-each', 'makes all six in one process, and none by itself')
    .option('--json', 'prints an array of rows', false)
    .action(({ json, ...wanted }: Options) =>
      benchRefine(wanted, (row) => {
        if (!json)
          console.error(`${row.engine} of ${row.messages}: ${row.cpuMs} ms, ${row.peakRssMb} MB`);
      })
        .then((rows) => {
          print(json, rows, () => text(rows));
          for (const row of rows.filter(isBroken)) {
            console.error(
              `${row.engine} of the real lines took ${row.cpuMs} ms of CPU and ${row.peakRssMb} MB: at most ${CLAIM.cpuMs} and ${CLAIM.peakRssMb} are claimed.`,
            );
            process.exitCode = 1;
          }
        })
        .catch(fail),
    );
}

export function isBroken({ engine, size, cpuMs, peakRssMb }: Row): boolean {
  return engine === ALL && size === REAL && (cpuMs > CLAIM.cpuMs || peakRssMb > CLAIM.peakRssMb);
}

/** Each product in a process of its own, as it is made of those before it, and the floor beside them. */
export async function benchRefine(
  { sizes: wanted, real, each }: Omit<Options, 'json'>,
  tell: (row: Row) => void,
): Promise<ProductRow[]> {
  const bundles = await Promise.all([bundled('refinery'), bundled('json-parse')]);
  const rows: ProductRow[] = [];
  try {
    for (const size of wanted) {
      rows.push(...(await benchCorpus(await generatedCorpus(size), { size, bundles, tell, each })));
    }
    if (real) {
      const folder = await collectedCorpus(REAL_LOGS);
      rows.push(...(await benchCorpus(folder, { size: REAL, bundles, tell, each })));
    }
    return rows;
  } finally {
    for (const bundle of bundles) rmSync(bundle, { force: true });
  }
}

type Bundles = readonly [refinery: string, floor: string];

interface Bench {
  readonly size: number | string;
  readonly bundles: Bundles;
  readonly tell: (row: Row) => void;
  readonly each: boolean;
}

async function benchCorpus(
  folder: string,
  { size, bundles, tell, each }: Bench,
): Promise<ProductRow[]> {
  const { messages } = CorpusManifest.parse(
    JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')),
  );
  const [refinery, floor] = bundles;
  const run = async (engine: string, script: string, products: readonly Product[]) => {
    for (const product of products)
      for (const made of [objectKey.product, objectKey.state])
        rmSync(join(folder, made(COLLECTOR, product, '')), { recursive: true, force: true });
    const args = () => [folder, products.join()];
    const figures = await measure({ name: engine, ...LEAN, script, args });
    const row = { engine, size, messages, ...figures };
    tell(row);
    return row;
  };
  const least = await run(FLOOR, floor, []);
  const rows = [least];
  for (const product of each ? Product.options : [])
    rows.push(await run(product, refinery, [product]));
  rows.push(await run(ALL, refinery, Product.options));
  return rows.map((row) => ({
    ...row,
    perSecond: Math.round((messages * 1000) / row.cpuMs),
    ofFloor: Math.round((row.cpuMs * 100) / least.cpuMs) / 100,
  }));
}

async function bundled(name: string): Promise<string> {
  const outfile = join(tmpdir(), `economia-viva-bench-${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `refine/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outfile;
}

function text(rows: readonly ProductRow[]): string {
  return table(
    ['PRODUCT', 'OF', 'MESSAGES', 'CPU MS', 'WALL MS', 'MESSAGES/S', 'PEAK MB', 'OF JSON.PARSE'],
    rows.map((row) => [
      row.engine,
      String(row.size),
      String(row.messages),
      String(row.cpuMs),
      String(row.wallMs),
      String(row.perSecond),
      String(row.peakRssMb),
      String(row.ofFloor),
    ]),
  );
}

function sizes(list: string): number[] {
  return list.split(',').map(wholeNumber);
}
