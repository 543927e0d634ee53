import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib';

const CHUNK = 64 * 1024;
/** Longer lines are refused: nothing that we sell comes near. */
const LONGEST_LINE = 1024 * 1024;

/** Zstandard (RFC 8878, one frame, level 1) of one text per line: what only we read again. */
export async function* zstdTexts(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const zstd = createZstdCompress({ chunkSize: CHUNK, params });
  const written = pipeline(Readable.from(joined(texts)), zstd);
  written.catch(() => undefined);
  yield* bytes(zstd);
  await written;
}

async function* joined(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = '';
  for await (const text of texts) {
    batch += `${text}\n`;
    if (batch.length < CHUNK) continue;
    yield batch;
    batch = '';
  }
  if (batch !== '') yield batch;
}

/**
 * Gzip (level 6, no time in its header) of one JSON line per record. Equal records give equal bytes on one build of zlib.
 * `seen` is called with each record as it goes by.
 */
export async function* gzipLines<T>(
  records: AsyncIterable<T>,
  seen: (record: T) => void,
): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 6, chunkSize: CHUNK });
  const written = pipeline(Readable.from(batches(records, seen)), gzip);
  // the same failure comes out of reading `gzip`
  written.catch(() => undefined);
  yield* bytes(gzip);
  await written;
}

/** Text in pieces of about one chunk: one write per message would cost more than the compression. */
async function* batches<T>(
  records: AsyncIterable<T>,
  seen: (record: T) => void,
): AsyncGenerator<string> {
  let batch = '';
  for await (const record of records) {
    seen(record);
    batch += `${JSON.stringify(record)}\n`;
    if (batch.length < CHUNK) continue;
    yield batch;
    batch = '';
  }
  if (batch !== '') yield batch;
}

/** Bytes that are no lines of text. */
export class UnreadableLines extends Error {}

/** The decompressed bytes of `body`. Fails as zlib does when it is not gzip or is cut. */
export function gunzip(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return decompressed(body, createGunzip({ chunkSize: CHUNK }));
}

/** The decompressed bytes of one Zstandard frame; fails likewise. */
export function unzstd(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return decompressed(body, createZstdDecompress({ chunkSize: CHUNK }));
}

async function* decompressed(
  body: AsyncIterable<Uint8Array>,
  stream: Transform,
): AsyncGenerator<Uint8Array> {
  const read = pipeline(body, stream);
  read.catch(() => undefined);
  yield* bytes(stream);
  await read;
}

async function* bytes(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

/** The lines of UTF-8 bytes, a handful at a time. Throws {@link UnreadableLines} at invalid UTF-8 and at a line of more than 1 MiB. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of chunks) {
    const found = (rest + decode(decoder, chunk)).split('\n');
    rest = found.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new UnreadableLines('a line is longer than 1 MiB');
    yield found;
  }
  rest += decode(decoder);
  if (rest !== '') yield [rest];
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new UnreadableLines('the text is not UTF-8', { cause });
  }
}
