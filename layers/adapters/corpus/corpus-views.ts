import { createHash } from 'node:crypto';
import type { AgentId } from '#contract/ids.ts';
import type { Corpus, CorpusView } from '#core/ports/corpus.ts';
import type { CorpusPointers } from '#core/ports/corpus-pointers.ts';

/** Which version of a corpus there is, without what it takes to read one. */
export class CorpusViews implements Pick<Corpus, 'pointer'> {
  readonly #pointers: Pick<CorpusPointers, 'pointer' | 'optOuts'>;

  constructor(pointers: Pick<CorpusPointers, 'pointer' | 'optOuts'>) {
    this.#pointers = pointers;
  }

  async pointer(agent: AgentId): Promise<CorpusView | undefined> {
    const [pointer, optOuts] = await Promise.all([
      this.#pointers.pointer(agent),
      this.#pointers.optOuts(agent),
    ]);
    if (pointer === undefined) return undefined;
    const { version } = pointer;
    return { ...pointer, version: versionAfter(version, optOuts.revision), optOuts };
  }
}

/** The number of changes, never the nicks: who can guess those could tell them from a hash. */
function versionAfter(version: string, changes: number): string {
  return changes === 0
    ? version
    : createHash('sha256').update(`${version}#${changes}`).digest('hex');
}
