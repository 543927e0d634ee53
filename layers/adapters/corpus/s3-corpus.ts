import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, LogRecord } from '#contract/log-record.ts';
import { corpusLines, type Store } from '#core/logs/read.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { parseRecordLine } from '#core/logs/record-line.ts';
import type { Corpus } from '#core/ports/corpus.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';

const utf8 = new TextDecoder();

/** The collected logs as they lie in the data bucket, behind one pointer item. */
export class S3Corpus implements Corpus {
  readonly #store: Store & { readonly pointers: CorpusPointers };

  constructor(store: Store & { readonly pointers: CorpusPointers }) {
    this.#store = store;
  }

  pointer(agent: AgentId): Promise<CorpusPointer | undefined> {
    return this.#store.pointers.pointer(agent);
  }

  async *messages({ manifestKey }: CorpusPointer): AsyncIterable<LogRecord> {
    const manifest = await readManifest(manifestKey, this.#store.objects);
    for await (const { bytes } of corpusLines(manifest, this.#store)) {
      // whole lines, each with its end
      for (const line of utf8.decode(bytes).slice(0, -1).split('\n')) yield parseRecordLine(line);
    }
  }
}
