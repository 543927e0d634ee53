import type { AgentId } from '#contract/ids.ts';
import type { CorpusPointer, LogRecord, OptOuts } from '#contract/log-record.ts';

/**
 * One version for readers: `version` is another with every change of the opt-outs, and they are those that it was read with. Without
 * them, it is the corpus as collected: for its keeper, never for a product.
 */
export interface CorpusView extends CorpusPointer {
  readonly optOuts?: OptOuts;
}

/** `YYYY-MM-DD`, a hash of all that was said that day, in order, and of how many messages. */
export interface CorpusDay {
  readonly day: string;
  readonly hash: string;
  readonly messages: number;
}

/** The collected logs of one agent, as readers see them: one version or the next, never half of one. */
export interface Corpus {
  /** Undefined before anything was collected. Two reads. */
  pointer(agent: AgentId): Promise<CorpusView | undefined>;
  /**
   * Every message of that version in order (time, source, position), duplicates removed, without those of people who opted out and
   * without their names in what others say. Memory bounded by one day's segments. `leftOut` gets the folded nick of everyone left out.
   * With `only`, those of these UTC days alone.
   */
  messages(
    view: CorpusView,
    leftOut?: Set<string>,
    only?: ReadonlySet<string>,
  ): AsyncIterable<LogRecord>;
  /** The UTC days of that version, opt-outs among their messages. */
  days(view: CorpusView): Promise<readonly CorpusDay[]>;
}
