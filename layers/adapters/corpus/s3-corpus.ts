import type { AgentId } from '#contract/ids.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { corpusLines, type Store } from '#core/logs/read.ts';
import { readManifest } from '#core/logs/rebuild.ts';
import { parseRecordLine } from '#core/logs/record-line.ts';
import type { Corpus, CorpusDay, CorpusView } from '#core/ports/corpus.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';
import { without } from '#core/privacy/without.ts';
import { CorpusViews } from './corpus-views.ts';

const utf8 = new TextDecoder();

type CorpusStore = Store & { readonly pointers: Pick<CorpusPointers, 'pointer' | 'optOuts'> };

/** The collected logs as they lie in the data bucket, behind one pointer item. */
export class S3Corpus implements Corpus {
  readonly #store: CorpusStore;

  constructor(store: CorpusStore) {
    this.#store = store;
  }

  pointer(agent: AgentId): Promise<CorpusView | undefined> {
    return new CorpusViews(this.#store.pointers).pointer(agent);
  }

  messages(
    view: CorpusView,
    leftOut = new Set<string>(),
    only?: ReadonlySet<string>,
  ): AsyncIterable<LogRecord> {
    const all = this.#all(view, only);
    return view.optOuts === undefined ? all : without(all, view.optOuts.nicks, leftOut);
  }

  async days({ manifestKey }: CorpusView): Promise<readonly CorpusDay[]> {
    const { days } = await readManifest(manifestKey, this.#store.objects);
    return days.map(({ day, hash, messages }) => ({ day, hash, messages }));
  }

  async *#all(
    { manifestKey }: CorpusView,
    only: ReadonlySet<string> | undefined,
  ): AsyncIterable<LogRecord> {
    const manifest = await readManifest(manifestKey, this.#store.objects);
    const days = manifest.days.filter(({ day }) => only?.has(day) ?? true);
    for await (const { bytes } of corpusLines({ days }, this.#store)) {
      // whole lines, each with its end
      for (const line of utf8.decode(bytes).slice(0, -1).split('\n')) yield parseRecordLine(line);
    }
  }
}
