import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { build } from 'esbuild';
import { objectKey } from '#contract/keys.ts';
import { CorpusManifest } from '#contract/log-record.ts';
import { Product } from '#contract/products.ts';
import { COLLECTOR } from '#contract/roster.ts';
import { REAL_LOGS } from '../goldens/read.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { measure, type Row } from './measure.ts';
import { collectedCorpus, generatedCorpus, MANIFEST } from './refine/corpus.ts';

interface Options {
  readonly sizes: number[];
  readonly real: boolean;
  readonly json: boolean;
}

interface ProductRow extends Row {
  /** Messages a second of CPU. */
  readonly perSecond: number;
  /** CPU time over that of a plain JSON.parse of the same messages. */
  readonly ofFloor: number;
}

/** As rooms run (`lib/constructs/room-function.ts`). */
const LEAN = ['--max-semi-space-size=4'];
const ALL = 'all six';
const FLOOR = 'json-parse';

export function addRefineBench(program: Command): void {
  program
    .command('refine')
    .description(
      'Makes each product of generated messages of the same 5,000 people, and all six of the real lines.',
    )
    .option('--sizes <list>', 'messages', sizes, [200_000, 2_000_000])
    .option('--no-real', 'leaves out the real lines')
    .option('--json', 'prints an array of rows', false)
    .action(({ json, ...wanted }: Options) =>
      benchRefine(wanted, (row) => {
        if (!json) console.error(`${row.engine} of ${row.messages}: ${row.cpuMs} ms`);
      })
        .then((rows) => {
          print(json, rows, () => text(rows));
        })
        .catch(fail),
    );
}

/** Each product in a process of its own, as it is made of those before it, and the floor beside them. */
async function benchRefine(
  { sizes: wanted, real }: Omit<Options, 'json'>,
  tell: (row: Row) => void,
): Promise<ProductRow[]> {
  const bundles = await Promise.all([bundled('refinery'), bundled('json-parse')]);
  const rows: ProductRow[] = [];
  try {
    for (const size of wanted) {
      rows.push(...(await benchCorpus(await generatedCorpus(size), { size, bundles, tell })));
    }
    if (real) rows.push(...(await benchReal(bundles, tell)));
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
}

async function benchReal(bundles: Bundles, tell: Bench['tell']): Promise<ProductRow[]> {
  const folder = await collectedCorpus(REAL_LOGS);
  return benchCorpus(folder, { size: 'real lines', bundles, tell });
}

async function benchCorpus(folder: string, { size, bundles, tell }: Bench): Promise<ProductRow[]> {
  const { messages } = CorpusManifest.parse(
    JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')),
  );
  const [refinery, floor] = bundles;
  const run = async (engine: string, script: string, products: readonly Product[]) => {
    for (const product of products)
      rmSync(join(folder, objectKey.product(COLLECTOR, product, '')), {
        recursive: true,
        force: true,
      });
    const args = () => [folder, products.join()];
    const figures = await measure({ name: engine, nodeOptions: LEAN, script, args });
    const row = { engine, size, messages, ...figures };
    tell(row);
    return row;
  };
  const least = await run(FLOOR, floor, []);
  const rows = [least];
  for (const product of Product.options) rows.push(await run(product, refinery, [product]));
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
