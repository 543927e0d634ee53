import type { AuditOrder, Verdict } from '#contract/verdict.ts';

/** The validator's work: fetches, checks, signs, and puts the verdict where it is served. */
export interface Auditor {
  /**
   * The same order gives the same verdict again. `unreachable` is no verdict: try again later; with `isLast` it is one, for somebody
   * has paid for it.
   */
  audit(order: AuditOrder, isLast: boolean): Promise<Verdict | 'unreachable'>;
}
