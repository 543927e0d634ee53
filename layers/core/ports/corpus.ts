import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, LogRecord } from '#contract/log-record.ts';

/** The collected logs of one agent, as readers see them: one version or the next, never half of one. */
export interface Corpus {
  /** Undefined before anything was collected. One read. */
  pointer(agent: AgentId): Promise<CorpusPointer | undefined>;
  /** Every message of that version in order (time, source, position), duplicates removed. Memory bounded by one day's segments. */
  messages(pointer: CorpusPointer): AsyncIterable<LogRecord>;
}
