import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, OptOuts, RebuildTurn, SourceItem } from '#contract/log-record.ts';

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
  /** Undefined before the first. */
  turn(agent: AgentId): Promise<RebuildTurn | undefined>;
  /** Writes `next` if the turn still is `before`; false when somebody else was faster. */
  exchangeTurn(
    agent: AgentId,
    before: RebuildTurn | undefined,
    next: RebuildTurn,
  ): Promise<boolean>;
  /** How many attempts at reading an upload have begun and not ended. */
  attempts(agent: AgentId, id: string): Promise<number>;
  /** Notes one more; forgotten at `expires` whatever becomes of it. Gives how many there were before. */
  beginAttempt(agent: AgentId, id: string, expires: Date): Promise<number>;
  /** The upload was read, or failed without harm: all attempts are forgotten. */
  endAttempts(agent: AgentId, id: string): Promise<void>;
  /** Revision 0 before anybody opted out. */
  optOuts(agent: AgentId): Promise<OptOuts>;
  /** Puts a folded nick on the list. `kept`: it was there already; `full`: there are MOST_OPT_OUTS. */
  optOut(agent: AgentId, folded: string): Promise<'added' | 'kept' | 'full'>;
  /** Takes a folded nick off the list; false when it was not there. */
  optIn(agent: AgentId, folded: string): Promise<boolean>;
}
