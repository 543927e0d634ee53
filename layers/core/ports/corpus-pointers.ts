import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, SourceItem } from '#contract/log-record.ts';

/** The few conditional items on which the corpus rests. All reads are strongly consistent. */
export interface CorpusPointers {
  /** Undefined before anything was collected. */
  pointer(agent: AgentId): Promise<CorpusPointer | undefined>;
  /** Moves the pointer to `next` if its revision is still `next.revision - 1` (absent for 1); false when outrun. */
  move(agent: AgentId, next: CorpusPointer): Promise<boolean>;
  source(agent: AgentId, source: string): Promise<SourceItem | undefined>;
  /** Records a source unless a later upload of it (by `sequence`) was recorded already; false then. */
  record(agent: AgentId, item: SourceItem): Promise<boolean>;
  sources(agent: AgentId): AsyncIterable<SourceItem>;
}
