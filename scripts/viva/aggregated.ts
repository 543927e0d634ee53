import { createReadStream, createWriteStream } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { aggregated } from '#adapters/products/aggregated.ts';
import { gunzip, lines, UnreadableLines } from '#adapters/products/ndjson.ts';
import { LogRecord } from '#contract/log-record.ts';
import { CannotStart, explain } from '../local/cloud/cannot-start.ts';
import { isThere, refuseToWrite } from './out-file.ts';
import { fail, print } from './output.ts';

interface Flags {
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
}

export function addAggregated(products: Command): void {
  products
    .command('aggregated')
    .description('Writes a raw_logs file in the old shape, aggregated.json.')
    .argument('<file>', 'raw_logs as bought or taken: NDJSON in gzip')
    .option('--out <file>', 'where to write it', 'aggregated.json')
    .option('--force', 'replace a file that is there', false)
    .option('--json', 'print one JSON value and nothing else', false)
    .action((file: string, flags: Flags) => write(file, flags).catch(fail));
}

async function write(file: string, { out, force, json }: Flags): Promise<void> {
  const target = resolve(out);
  await refuseToWrite(target, force);
  const messages = await convert(file, target, force);
  print(json, { file: target, messages }, () => `${messages} messages written to ${target}`);
}

/** Beside the target first: nobody sees half a file. Returns how many messages it holds. */
export async function convert(file: string, target: string, isForced: boolean): Promise<number> {
  const partial = `${target}.${process.pid}.partial`;
  let count = 0;
  try {
    const counted = async function* () {
      for await (const record of recordsIn(file)) {
        count += 1;
        yield record;
      }
    };
    await pipeline(aggregated(counted()), createWriteStream(partial, { flags: 'wx' }));
    await (isForced ? rename(partial, target) : link(partial, target));
    return count;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') throw isThere(target);
    const isNoText = error instanceof UnreadableLines || error instanceof SyntaxError;
    if (isNoText || code.startsWith('Z_')) throw notRaw(file);
    throw explain(error, file);
  } finally {
    await rm(partial, { force: true });
  }
}

async function* recordsIn(file: string): AsyncGenerator<LogRecord> {
  for await (const some of lines(gunzip(createReadStream(file)))) {
    for (const line of some) {
      const { data } = LogRecord.safeParse(JSON.parse(line));
      if (data === undefined) throw notRaw(file);
      yield data;
    }
  }
}

function notRaw(file: string): CannotStart {
  return new CannotStart(
    `${file} is no raw_logs in gzip, or is cut: take one with \`viva products get kk-karma-hello raw_logs\`.`,
  );
}
