import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { lines } from '#adapters/products/ndjson.ts';

/** One JSON value a line, on the disk before it returns; only its owner may read it. @returns how many */
export async function writeRecords(path: string, records: AsyncIterable<unknown>): Promise<number> {
  const file = await open(path, 'w', 0o600);
  let count = 0;
  try {
    for await (const record of records) {
      await file.write(`${JSON.stringify(record)}\n`);
      count += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}

/** Lines end with \n and nothing else: what people have written holds U+2028, at which node:readline ends a line too. */
export async function* readRecords(path: string): AsyncGenerator {
  for await (const some of lines(createReadStream(path)))
    for (const line of some) yield JSON.parse(line);
}
