import { objectKey } from '#contract/keys.ts';
import { join } from './lines.ts';
import { concatenated, type Piece } from './pieces.ts';
import { plain } from './plain.ts';
import type { LogEvent, Services } from './take.ts';

/** A compressed object from this size on is unpacked first: no one can read on in its middle. */
export const OVERSIZED = 16 * 1024 * 1024;
const CHUNK_BYTES = 8 * 1024 * 1024;
const MAGICS = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
];
const END = '/end';

/** gzip (RFC 1952) or zstd (RFC 8878), by the first bytes. */
export function isCompressed(bytes: Uint8Array): boolean {
  return MAGICS.some((magic) => magic.every((byte, index) => bytes[index] === byte));
}

export interface Unpacked {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly stream: { readonly torn: string | undefined };
}

/**
 * The plain bytes of an oversized compressed upload from `offset` on, of which chunks are made the first time. Undefined when it is
 * not compressed or not oversized. What an invocation unpacks, the next need not: it only skips over it, which is several times faster.
 */
export async function unpacked(
  event: LogEvent,
  offset: number,
  services: Services,
): Promise<Unpacked | 'gone' | 'changed' | 'unfinished' | undefined> {
  const { agent, eTag } = event;
  const folder = objectKey.corpus(agent, `plain/${eTag}`);
  const chunks: Piece[] = [];
  for await (const { key, size } of services.objects.list(`${folder}/`))
    chunks.push({ key, size, offset: Number(key.slice(-16)) });
  if (!chunks.some(({ key }) => key.endsWith(END))) {
    const done = await unpack(event, folder, { services, chunks });
    if (done !== 'done') return done;
    return unpacked(event, offset, services);
  }
  const pieces = chunks.filter(({ key }) => !key.endsWith(END));
  const reason = new TextDecoder().decode(await services.objects.read(`${folder}${END}`));
  return {
    bytes: concatenated(pieces, offset, services),
    stream: { torn: reason === '' ? undefined : reason },
  };
}

async function unpack(
  { key, eTag }: LogEvent,
  folder: string,
  { services, chunks }: { readonly services: Services; readonly chunks: readonly Piece[] },
): Promise<'done' | 'gone' | 'changed' | 'unfinished' | undefined> {
  const { objects, isLate = () => false } = services;
  const stored = await objects.open(key, { eTag });
  if (stored === undefined) return 'gone';
  if (stored === 'changed') return 'changed';
  const write = new ChunkWriter(folder, services, new Set(chunks.map(({ offset }) => offset)));
  const seen = { isPlain: false };
  const stream: { torn: string | undefined } = { torn: undefined };
  for await (const chunk of plain(unlessPlain(stored, seen), services.codec, stream)) {
    await write.push(chunk);
    if (isLate() && write.hasNews) return 'unfinished';
  }
  if (seen.isPlain) return undefined;
  await write.end(stream.torn ?? '');
  return 'done';
}

/** Nothing at all when the first bytes are not those of a compressed stream. */
async function* unlessPlain(
  stored: AsyncIterable<Uint8Array>,
  seen: { isPlain: boolean },
): AsyncIterable<Uint8Array> {
  let isFirst = true;
  for await (const chunk of stored) {
    seen.isPlain = isFirst && !isCompressed(chunk);
    if (seen.isPlain) return;
    isFirst = false;
    yield chunk;
  }
}

class ChunkWriter {
  readonly #folder: string;
  readonly #services: Services;
  readonly #there: ReadonlySet<number>;
  #held: Uint8Array[] = [];
  #size = 0;
  #offset = 0;
  /** Something was written that was not there. */
  hasNews = false;

  constructor(folder: string, services: Services, there: ReadonlySet<number>) {
    this.#folder = folder;
    this.#services = services;
    this.#there = there;
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.subarray(0, CHUNK_BYTES - this.#size);
      this.#held.push(taken.slice());
      this.#size += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#size === CHUNK_BYTES) await this.#flush();
    }
  }

  /** `torn`: why the stream ended before its end; else empty. */
  async end(torn: string): Promise<void> {
    if (this.#size > 0) await this.#flush();
    await this.#put(END, new TextEncoder().encode(torn));
  }

  async #flush(): Promise<void> {
    if (!this.#there.has(this.#offset)) {
      await this.#put(`/${String(this.#offset).padStart(16, '0')}`, join(this.#held));
      this.hasNews = true;
    }
    this.#offset += this.#size;
    this.#held = [];
    this.#size = 0;
  }

  async #put(name: string, body: Uint8Array): Promise<void> {
    const options = { contentType: 'application/octet-stream' };
    await this.#services.objects.put(`${this.#folder}${name}`, body, options);
  }
}
