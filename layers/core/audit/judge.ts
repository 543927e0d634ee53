import type { AuditOrder, Verdict } from '#contract/verdict.ts';
import type { Oddity } from './oddities.ts';

/** What the checks of a delivery came to. `bad`: it is not what was promised; `reason` is a word, `detail` a sentence. */
export type Checked =
  | { readonly kind: 'good'; readonly records: number; readonly score: number }
  | { readonly kind: 'bad'; readonly reason: string; readonly detail: string };

export interface Facts {
  readonly checked: Checked;
  readonly oddities: readonly Oddity[];
  /** Of the corpus that is collected now; undefined when there is none. */
  readonly corpusVersion: string | undefined;
  /** ISO time of the verdict. */
  readonly at: string;
}

/** Taken off for goods that rest on an older corpus than there is. */
const STALE_COST = 15;

/** The verdict on one delivery: 0 for what is not as promised, else 100 less what is odd about it. Pure. */
export function judge(order: AuditOrder, facts: Facts): Verdict {
  const { id, taskId, seller, evidence } = order;
  const { product, sha256 } = evidence;
  const { checked, at } = facts;
  const about = { id, taskId, seller, product, sha256, at };
  if (order.claimed !== undefined && order.claimed !== sha256) {
    const reasons = [`wrong-hash: ${order.claimed} was claimed, ${sha256} was handed over`];
    return { ...about, records: 0, score: 0, reasons };
  }
  if (checked.kind === 'bad')
    return { ...about, records: 0, score: 0, reasons: [`${checked.reason}: ${checked.detail}`] };

  const held = [...hollow(checked.score), ...facts.oddities, ...stale(order, facts)];
  const cost = held.reduce((sum, one) => sum + one.cost, 0);
  return {
    ...about,
    records: checked.records,
    score: Math.max(0, 100 - cost),
    reasons: held.map(({ reason, detail }) => `${reason}: ${detail}`),
  };
}

interface Held {
  readonly reason: string;
  readonly detail: string;
  readonly cost: number;
}

function hollow(score: number): readonly Held[] {
  const cost = 100 - score;
  return cost === 0
    ? []
    : [{ reason: 'hollow', detail: 'some records are valid and say nothing', cost }];
}

/** Only what was made of the corpus itself shows which one. */
function stale({ evidence: { inputs } }: AuditOrder, { corpusVersion }: Facts): readonly Held[] {
  const rests = inputs.find(({ product }) => product === 'corpus')?.version;
  if (rests === undefined || corpusVersion === undefined || rests === corpusVersion) return [];
  const detail = `it rests on corpus ${rests.slice(0, 16)}, ${corpusVersion.slice(0, 16)} is collected`;
  return [{ reason: 'stale', detail, cost: STALE_COST }];
}
