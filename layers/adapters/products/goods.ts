import { createHash } from 'node:crypto';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { DeliveryEvidence } from '#contract/products.ts';
import { type Flaw, Inspector } from '#core/refinery/inspect.ts';
import { lines, UnreadableLines } from './ndjson.ts';

/** Decompressed bytes allowed per compressed byte (our profiles reach 15, a bomb 1000), and at all: beyond it is a bomb. */
const MOST_EXPANSION = 100;
const MOST_DECOMPRESSED = 2 * 1024 ** 3;
/** Small files compress as they like. */
const ALWAYS_ALLOWED = 1024 * 1024;

/** Why a delivery is refused, in a word. */
export type DeliveryFlaw =
  | Flaw['reason']
  | 'wrong-product'
  | 'already-bought'
  | 'no-inputs'
  | 'bad-dates'
  | 'too-few'
  | 'too-large'
  | 'wrong-size'
  | 'wrong-hash'
  | 'not-gzip'
  | 'bomb'
  | 'wrong-count'
  | 'wrong-dates'
  | 'constant';

/** Ends the stream of goods that are not as promised; it never leaves `checkDelivery`, where it becomes a value. */
export class Refused extends Error {
  readonly reason: DeliveryFlaw;

  constructor(reason: DeliveryFlaw, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Goods on their way through: every chunk is hashed, unpacked and inspected before the next is asked for. */
export class Goods {
  readonly inspector: Inspector;
  readonly #evidence: DeliveryEvidence;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(evidence: DeliveryEvidence) {
    this.#evidence = evidence;
    this.inspector = new Inspector(evidence.product);
  }

  /** The bytes of `body`. It ends when all of it is as promised, and throws {@link Refused} as soon as something is not. */
  async *read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const unpacked = createGunzip({ chunkSize: 64 * 1024 });
    const inspected = this.#inspect(unpacked);
    inspected.catch(() => undefined);
    try {
      for await (const chunk of body) {
        this.#weigh(chunk);
        await feed(unpacked, chunk, inspected);
        yield chunk;
      }
      unpacked.end();
      this.#compareBytes();
      refuseIf(await inspected);
      this.#compareRecords();
    } finally {
      unpacked.destroy();
    }
  }

  #weigh(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#evidence.bytes) {
      throw new Refused('wrong-size', `more than the ${this.#evidence.bytes} bytes promised`);
    }
    this.#hash.update(chunk);
  }

  #compareBytes(): void {
    const { bytes, sha256 } = this.#evidence;
    if (this.#bytes !== bytes) {
      throw new Refused('wrong-size', `${this.#bytes} bytes came, ${bytes} were promised`);
    }
    const found = this.#hash.digest('hex');
    if (found !== sha256) throw new Refused('wrong-hash', `sha256 is ${found}, not ${sha256}`);
  }

  #compareRecords(): void {
    const { records, from, to } = this.#evidence;
    const { tally, isConstant } = this.inspector;
    if (tally.records !== records) {
      throw new Refused('wrong-count', `${tally.records} records came, ${records} were promised`);
    }
    if (tally.from !== from || tally.to !== to) {
      throw new Refused(
        'wrong-dates',
        `it covers ${tally.from} to ${tally.to}, not ${from} to ${to}`,
      );
    }
    if (isConstant) throw new Refused('constant', `all ${records} records say the same`);
  }

  /** The first flaw in what comes out of `unpacked`, as a value: nobody awaits it until its chunk has been written. */
  async #inspect(unpacked: Gunzip): Promise<Refused | undefined> {
    try {
      for await (const batch of lines(this.#capped(unpacked))) {
        for (const line of batch) this.#accept(line);
      }
      return undefined;
    } catch (error) {
      return asRefused(error);
    }
  }

  #accept(line: string): void {
    const flaw = this.inspector.accept(line);
    if (flaw) throw new Refused(flaw.reason, flaw.detail);
  }

  async *#capped(unpacked: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
    const expanded = Math.max(ALWAYS_ALLOWED, this.#evidence.bytes * MOST_EXPANSION);
    const most = Math.min(MOST_DECOMPRESSED, expanded);
    let bytes = 0;
    for await (const chunk of unpacked) {
      if (!(chunk instanceof Uint8Array)) continue;
      bytes += chunk.byteLength;
      if (bytes > most) throw new Refused('bomb', `it unpacks to more than ${most} bytes`);
      yield chunk;
    }
  }
}

/** Writes and waits until there is room, or until the inspection has come to an end before. */
async function feed(
  unpacked: Gunzip,
  chunk: Uint8Array,
  inspected: Promise<Refused | undefined>,
): Promise<void> {
  if (unpacked.write(chunk)) return;
  const drained = new Promise<undefined>((resolve) => {
    unpacked.once('drain', () => {
      resolve(undefined);
    });
  });
  refuseIf(await Promise.race([drained, inspected]));
}

function refuseIf(refused: Refused | undefined): void {
  if (refused) throw refused;
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof UnreadableLines) return new Refused('bad-record', error.message);
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
    return new Refused('not-gzip', error.message);
  }
  throw error;
}
